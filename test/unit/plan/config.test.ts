/** What `openkite.yaml` may say of the plan, and the mistakes in it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fileSettings, readConfig, type Config } from '../../../src/daemon/config.js';
import { capacityOf, policyOf, weights } from '../../../src/daemon/schedule.js';
import { fits } from '../../../src/model/pattern.js';

const folder = mkdtempSync(join(tmpdir(), 'openkite-test-plan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(more: string): Config {
  const file = join(folder, 'openkite.yaml');
  writeFileSync(file, `migration: shop\nsource: x://a@b/c\ntarget: y://a@b/d\n${more}`);
  return readConfig(file);
}

it('says nothing by default', () => {
  const config = read('');
  expect(config).toMatchObject({ phases: [], execution: { model: 'frontier' }, tables: { weights: {} } });
  expect(policyOf(config)).toEqual({ continueOnError: true, maxRetries: 3 });
  expect(fileSettings(config)).toEqual({});
  expect(capacityOf(config)).toEqual({
    ...{ workers: 8, source: 4, target: 4, disk: 10_000_000_000, cpu: Infinity, memory: Infinity },
  });
});

it('has phases, a model, a policy, weights and limits', () => {
  const config = read(`
phases: [{ name: first, tables: ["public.country"] }]
execution: { model: wave }
policy: { continue_on_error: false, max_retries: 5 }
settings: { extract_connections: 2, plan_cpus: 6, plan_memory_bytes: 1000000 }
tables:
  weights:
    "public.*": { business_value: 3, critical: true }
    "public.log": { risk_score: 0.5, critical: false }
`);
  expect(config).toMatchObject({
    phases: [{ name: 'first', tables: ['public.country'] }],
    execution: { model: 'wave' },
  });
  expect(policyOf(config)).toEqual({ continueOnError: false, maxRetries: 5 });
  expect(capacityOf(config)).toMatchObject({ workers: 6, source: 2, cpu: 6, memory: 1_000_000 });
  const of = weights(config);
  expect(of('public.orders')).toEqual({ businessValue: 3, riskScore: 0, critical: true });
  expect(of('public.log')).toEqual({ businessValue: 3, riskScore: 0.5, critical: false });
  expect(of('other.log')).toEqual({ businessValue: 1, riskScore: 0, critical: false });
});

it('takes every key of `execution`, as settings of other names', () => {
  const config = read(`
execution:
  parallel: { max_workers: 16, tables_parallel: true, max_tables_concurrent: 4 }
  batching: { read_batch_size: 10000, write_batch_size: 5000, transform_batch_size: 10000 }
  checkpointing: { interval_records: 100000, interval_minutes: 15, keep_last_n: 5 }
  errors: { auto_recover: true, max_consecutive_errors: 100, escalation_threshold: 0.01, pause_on_escalation: false }
  performance: { adaptive_batch_sizing: true, bottleneck_detection: true, auto_scale_workers: true }
settings: { load_connections: 3 }
`);
  expect(fileSettings(config)).toEqual({
    ...{ max_workers: 16, extract_connections: 8, load_connections: 3, max_tables: 4 },
    ...{ slice_rows: 10_000, batch_rows: 5000, checkpoint_rows: 100_000, checkpoint_minutes: 15, checkpoint_keep: 5 },
    ...{ auto_recover: 'YES', max_consecutive_errors: 100, escalation_threshold: 0.01, pause_on_escalation: 'NO' },
    ...{ adaptive_batches: 'YES', bottleneck_detection: 'YES', auto_scale: 'YES' },
  });
  expect(fileSettings(read('execution: { parallel: { tables_parallel: false } }'))).toEqual({ max_tables: 1 });
});

it.each([
  ['phases: [{ name: a, tables: [country] }]', /yaml:4: phases.0.tables.0 expected schema.table/],
  ['phases: [{ name: a, tables: [] }]', /yaml:4: phases.0.tables /],
  ['phases: [{ name: a, tables: [a.b] },\n  { name: a, tables: [a.c] }]', /yaml:5: phases.1.name is a a second time/],
  ['phases: [{ name: a, tables: [a.b], wave: 1 }]', /phases.0.wave is not a key that openkite knows/],
  ['tables: { weights: { country: { critical: true } } }', /tables.weights.country is no table/],
  ['tables: { weights: { a.b: { risk_score: 2 } } }', /tables.weights.a.b.risk_score /],
  ['tables: { weights: { a.b: { business_value: -1 } } }', /tables.weights.a.b.business_value /],
  ['tables: { weights: { a.b: { value: 1 } } }', /value is not a key that openkite knows/],
  ['execution: { model: waves }', /execution.model should be one of frontier, wave/],
  ['execution: { parallel: { max_workers: 1 } }', /max_workers is 1, not a whole number from 2 to 1024/],
  ['execution: { errors: { escalation_threshold: 1.5 } }', /escalation_threshold is 1.5, not a number from 0 to 1/],
  ['execution: { batching: { batch: 5 } }', /execution.batching.batch is not a key that openkite knows/],
  ['policy: { continue_on_error: maybe }', /policy.continue_on_error should be of type boolean/],
])('%s is a mistake', (more, message) => {
  expect(() => read(more)).toThrow(message);
});

it('patterns are names with stars for any run of characters', () => {
  expect(fits('public.order', 'public.order')).toBe(true);
  expect(fits('public.order', 'public.orders')).toBe(false);
  expect(fits('public.*', 'public.a.b\nc')).toBe(true);
  expect(fits('*.a+b*', 'x.a+bc')).toBe(true);
  expect(fits('*.a+b*', 'x.aab')).toBe(false);
});
