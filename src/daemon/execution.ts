import { z } from 'zod';
import type { SettingName, Settings } from '../control/settings.js';
import { bounded } from './bounds.js';

const amount = (name: SettingName) => z.number().superRefine(bounded(name)).optional();

/** How a run goes about its tasks: every key is one or two settings under another name, which SQL may change while it runs. */
export const execution = z
  .strictObject({
    /** When a task may begin: with its phase, or as soon as what it needs is done. */
    model: z.enum(['frontier', 'wave']).default('frontier'),
    parallel: z
      .strictObject({
        /** Readers and loaders together: half of them each. */
        max_workers: amount('max_workers'),
        /** Whether tables that do not need each other are read at the same time. */
        tables_parallel: z.boolean().optional(),
        max_tables_concurrent: amount('max_tables'),
      })
      .default({}),
    /** In rows. Values are transformed by the statement that loads them: its batch is the smaller one of the two. */
    batching: z
      .strictObject({
        read_batch_size: amount('slice_rows'),
        write_batch_size: amount('batch_rows'),
        transform_batch_size: amount('batch_rows'),
      })
      .default({}),
    checkpointing: z
      .strictObject({
        interval_records: amount('checkpoint_rows'),
        interval_minutes: amount('checkpoint_minutes'),
        keep_last_n: amount('checkpoint_keep'),
      })
      .default({}),
    errors: z
      .strictObject({
        auto_recover: z.boolean().optional(),
        max_consecutive_errors: amount('max_consecutive_errors'),
        /** Errors per row. */
        escalation_threshold: amount('escalation_threshold'),
        pause_on_escalation: z.boolean().optional(),
      })
      .default({}),
    performance: z
      .strictObject({
        adaptive_batch_sizing: z.boolean().optional(),
        bottleneck_detection: z.boolean().optional(),
        auto_scale_workers: z.boolean().optional(),
      })
      .default({}),
  })
  .prefault({});

export type Execution = z.output<typeof execution>;

/** What these keys are as settings; undefined where the file says nothing. */
export function executionSettings({ parallel, batching, checkpointing, errors, performance }: Execution) {
  const { max_workers: workers } = parallel;
  return {
    max_workers: workers,
    extract_connections: workers === undefined ? undefined : Math.floor(workers / 2),
    load_connections: workers === undefined ? undefined : Math.ceil(workers / 2),
    max_tables: parallel.tables_parallel === false ? 1 : parallel.max_tables_concurrent,
    slice_rows: batching.read_batch_size,
    batch_rows: smaller(batching.write_batch_size, batching.transform_batch_size),
    checkpoint_rows: checkpointing.interval_records,
    checkpoint_minutes: checkpointing.interval_minutes,
    checkpoint_keep: checkpointing.keep_last_n,
    auto_recover: yesOrNo(errors.auto_recover),
    max_consecutive_errors: errors.max_consecutive_errors,
    escalation_threshold: errors.escalation_threshold,
    pause_on_escalation: yesOrNo(errors.pause_on_escalation),
    adaptive_batches: yesOrNo(performance.adaptive_batch_sizing),
    bottleneck_detection: yesOrNo(performance.bottleneck_detection),
    auto_scale: yesOrNo(performance.auto_scale_workers),
  } satisfies { readonly [Name in SettingName]?: Settings[Name] | undefined };
}

export const yesOrNo = (value: boolean | undefined): 'YES' | 'NO' | undefined =>
  value === undefined ? undefined : value ? 'YES' : 'NO';

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
