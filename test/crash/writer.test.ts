/** The writer itself: what it is to torture following with must really happen. */
import { expect, it } from 'vitest';
import { sleep } from '../../src/base/clock.js';
import { freshDatabase } from '../servers/index.js';
import { ACTS } from './acts.js';
import { contentsOf, rowsIn } from './contents.js';
import { printedSeed } from './lots.js';
import { makeChanging } from './source.js';
import { Writer } from './writer.js';

it('changes every table in every way, and empties none for good', async () => {
  const source = await freshDatabase(15);
  await makeChanging(source);
  const before = await contentsOf(source);
  const writer = Writer.start(source, { seed: printedSeed(), rest: 0 });
  await sleep(4000);
  const written = await writer.stop();
  console.log(written);
  const after = await contentsOf(source);
  expect(Object.keys(written.kinds).sort()).toEqual(ACTS.map((act) => act.kind).sort());
  expect(written.refused).toBeLessThan(written.transactions / 2);
  for (const [table, contents] of Object.entries(after)) expect(contents, table).not.toBe(before[table]);
  expect(Object.values(after).filter((contents) => rowsIn(contents) === 0).length).toBeLessThan(6);
});
