import { tableName, type Schema, type Table } from '../model/schema.js';
import { CUTOVER, rowsOf, type Step } from '../model/step.js';
import type { Timing } from './critical-path.js';
import { copySeconds, stepSeconds, type Rates } from './estimate.js';
import { NOTHING, READER, WRITER, type Resources, type Task } from './task.js';

/** A task before its place among the others is known. */
export interface Draft extends Omit<Task, 'phase' | 'priority' | keyof Timing> {
  /** Seconds of all that is done by its end; of the event that a table's rows are in, those of all slices and chunks. */
  readonly effort: number;
}

export interface Work {
  readonly rates: Rates;
  /** How much one chunk file holds, about. */
  readonly sliceBytes: number;
  /** What a step takes that works through a table's bytes. */
  readonly building: Resources;
  readonly capacity: Resources;
}

/**
 * The plan's steps as tasks, and with them what is not in `wirekite_task`: slices and chunks of tables, which are rows of
 * `wirekite_progress`, in larger parts than they will be; and the values of sequences, which are read at the cutover.
 */
export function draftsOf(steps: readonly Step[], schema: Schema, work: Work): Draft[] {
  const tables = new Map(schema.tables.map((table) => [tableName(table), table]));
  const made = steps.flatMap((step) => {
    const table = step.table !== undefined && step.id === rowsOf(step.table) ? tables.get(step.table) : undefined;
    return table === undefined ? [stepDraft(step, work)] : copyDrafts(step, table, work);
  });
  return counts(schema) ? [...made, countersDraft(work)] : made;
}

function stepDraft({ id, kind, table, needs, bytes }: Step, { rates, building }: Work): Draft {
  const seconds = stepSeconds(kind, bytes, rates);
  const uses = kind === 'event' ? NOTHING : bytes > 0 ? building : WRITER;
  return { id, kind, table, needs, seconds, effort: seconds, takes: uses, gives: uses };
}

/**
 * The event that all rows are in, and before it a slice and a chunk for every part. Slices begin once the table is there. What
 * a slice writes stays on the disk until its chunk is loaded.
 */
function copyDrafts(event: Step, table: Table, work: Work): Draft[] {
  const all = { bytes: table.bytesEstimated, rows: table.rowsEstimated };
  const count = Math.max(1, Math.ceil(all.bytes / partBytes(all.bytes, work)));
  const disk = all.bytes / count;
  const seconds = (what: 'extract' | 'load') =>
    copySeconds(what, { bytes: all.bytes / count, rows: all.rows / count }, work.rates);
  const [reading, loading] = [seconds('extract'), seconds('load')];
  const slices = partsOf(event, 'slice', count, { seconds: reading, takes: { ...READER, disk }, gives: READER });
  const chunks = partsOf(event, 'chunk', count, {
    ...{ seconds: loading, takes: WRITER, gives: { ...WRITER, disk } },
  }).map((chunk, i) => ({ ...chunk, needs: slices.slice(i, i + 1).map(({ id }) => id) }));
  const effort = count * (reading + loading);
  const needs = [...event.needs, ...chunks.map(({ id }) => id)];
  return [...slices, ...chunks, { ...stepDraft(event, work), needs, effort }];
}

type How = Pick<Draft, 'seconds' | 'takes' | 'gives'>;

const partsOf = ({ table, needs }: Step, kind: string, count: number, how: How): Draft[] =>
  Array.from({ length: count }, (_, i) => {
    return { id: `${kind} ${i + 1} of ${table}`, kind, table, needs, ...how, effort: how.seconds };
  });

/** A part for every reader; more where the disk could not hold two of these for each; fewer where they would be less than slices. */
function partBytes(bytes: number, { sliceBytes, capacity: { source, disk } }: Work): number {
  return Math.max(sliceBytes, Math.min(bytes / source, disk / (2 * source)));
}

const counts = ({ tables, objects }: Schema): boolean =>
  objects.some(({ kind }) => kind === 'sequence') ||
  tables.some(({ columns }) => columns.some((column) => column.counts));

const countersDraft = (work: Work): Draft =>
  stepDraft({ id: 'values of sequences', kind: 'sequence value', statements: [], needs: [CUTOVER], bytes: 0 }, work);
