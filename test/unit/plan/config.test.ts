/** What `openkite.yaml` may say of the plan, and the mistakes in it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readConfig, type Config } from '../../../src/daemon/config.js';
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
  expect(config).toMatchObject({ phases: [], execution_model: 'frontier', tables: { weights: {} } });
  expect(policyOf(config)).toEqual({ continueOnError: false, maxRetries: 3 });
  expect(capacityOf(config)).toEqual({
    ...{ workers: 8, source: 4, target: 4, disk: 10_000_000_000, cpu: Infinity, memory: Infinity },
  });
});

it('has phases, a model, a policy, weights and limits', () => {
  const config = read(`
phases: [{ name: first, tables: ["public.country"] }]
execution_model: wave
policy: { continue_on_error: true, max_retries: 5 }
settings: { extract_connections: 2, plan_cpus: 6, plan_memory_bytes: 1000000 }
tables:
  weights:
    "public.*": { business_value: 3, critical: true }
    "public.log": { risk_score: 0.5, critical: false }
`);
  expect(config).toMatchObject({ phases: [{ name: 'first', tables: ['public.country'] }], execution_model: 'wave' });
  expect(policyOf(config)).toEqual({ continueOnError: true, maxRetries: 5 });
  expect(capacityOf(config)).toMatchObject({ workers: 6, source: 2, cpu: 6, memory: 1_000_000 });
  const of = weights(config);
  expect(of('public.orders')).toEqual({ businessValue: 3, riskScore: 0, critical: true });
  expect(of('public.log')).toEqual({ businessValue: 3, riskScore: 0.5, critical: false });
  expect(of('other.log')).toEqual({ businessValue: 1, riskScore: 0, critical: false });
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
  ['execution_model: waves', /execution_model should be one of frontier, wave/],
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
