/** The writer itself: what it is to torture following with must really happen. */
import { expect, it } from 'vitest';
import { freshDatabase } from '../servers/index.js';
import { ACTS, type Act } from './acts.js';
import { contentsOf, rowsIn } from './contents.js';
import { printedSeed } from './lots.js';
import { PAGILA } from './pagila-acts.js';
import { until } from './run.js';
import { fillPagila, makeChanging } from './fill.js';
import { Writer } from './writer.js';

/** Writes until every act was committed and `also` holds. */
async function writeAll(source: URL, acts: readonly Act[], also?: () => Promise<boolean>): Promise<void> {
  const writer = Writer.start(source, { seed: printedSeed(), acts, rest: 0 });
  const all = () => Object.keys(writer.written.kinds).length === acts.length;
  await until('every act was committed', async () => all() && (await also?.()) !== false, 60).catch(() => undefined);
  const written = await writer.stop();
  expect(Object.keys(written.kinds).sort()).toEqual(acts.map((act) => act.kind).sort());
  expect(written.refused).toBeLessThan(written.transactions);
}

it('changes every table in every way, and empties none for good', async () => {
  const source = await freshDatabase(15);
  await makeChanging(source);
  const before = await contentsOf(source);
  const unchanged = async () =>
    Object.entries(await contentsOf(source)).filter(([table, contents]) => contents === before[table]);
  await writeAll(source, ACTS, async () => (await unchanged()).length === 0);
  expect(await unchanged()).toEqual([]);
  const empty = Object.values(await contentsOf(source)).filter((contents) => rowsIn(contents) === 0);
  expect(empty.length).toBeLessThan(6);
});

it('changes Pagila as a shop does', async () => {
  const source = await freshDatabase(15);
  if (await fillPagila(source)) await writeAll(source, PAGILA);
});
