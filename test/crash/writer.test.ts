/** The writer itself: what it is to torture following with must really happen. */
import { expect, it } from 'vitest';
import { freshDatabase } from '../servers/index.js';
import { ACTS, type Act } from './acts.js';
import { contentsOf, rowsIn } from './contents.js';
import { printedSeed } from './lots.js';
import { PAGILA } from './pagila-acts.js';
import { until } from './run.js';
import { fillPagila, makeChanging } from './fill.js';
import { Writer, type Written } from './writer.js';

/** Everything of `acts`, within seconds. */
async function expectAll(source: URL, acts: readonly Act[]): Promise<Written> {
  const writer = Writer.start(source, { seed: printedSeed(), acts, rest: 0 });
  const all = () => Object.keys(writer.written.kinds).length === acts.length;
  await until('every act was committed', all, 60).catch(() => undefined);
  const written = await writer.stop();
  expect(Object.keys(written.kinds).sort()).toEqual(acts.map((act) => act.kind).sort());
  expect(written.refused).toBeLessThan(written.transactions);
  return written;
}

it('changes every table in every way, and empties none for good', async () => {
  const source = await freshDatabase(15);
  await makeChanging(source);
  const before = await contentsOf(source);
  await expectAll(source, ACTS);
  const after = await contentsOf(source);
  for (const [table, contents] of Object.entries(after)) expect(contents, table).not.toBe(before[table]);
  expect(Object.values(after).filter((contents) => rowsIn(contents) === 0).length).toBeLessThan(6);
});

it('changes Pagila as a shop does', async () => {
  const source = await freshDatabase(15);
  if (await fillPagila(source)) await expectAll(source, PAGILA);
});
