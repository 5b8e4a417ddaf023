/** The end of it all, in small: Pagila, a writer from before the start, a dozen random kills, and equal contents. */
import { expect, it } from 'vitest';
import { KILL } from '../siege/mischief.js';
import { besiege } from '../siege/siege.js';
import { freshDatabase } from '../servers/index.js';
import { fillPagila } from './fill.js';
import { printedSeed } from './lots.js';
import { Migration } from './migration.js';
import { PAGILA } from './pagila-acts.js';

it('Pagila outlives a dozen random kills', { timeout: 360_000 }, async () => {
  const source = await freshDatabase(15);
  if (!(await fillPagila(source))) return;
  const migration = await Migration.create({ source, changes: true });
  const limits = { seconds: 60, mischiefs: 12, pause: 3, largest: 2000 };
  const outcome = await besiege(migration, { seed: printedSeed(), kinds: [KILL], acts: PAGILA, ...limits });
  console.log(outcome);
  expect(outcome.code).toBe(0);
  expect(Object.values(outcome.done).reduce((sum, n) => sum + n, 0)).toBe(12);
  await migration.expectInStep();
});
