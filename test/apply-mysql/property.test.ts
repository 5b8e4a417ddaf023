/** Whatever happens at the source: windows applied as sets, and the same changes one by one, come to the source's rows. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Reducer } from '../../src/change/reduce.js';
import { Fault } from '../../src/base/fault.js';
import { quoteIdentifier } from '../../src/db/mysql/quote.js';
import type { ChangedTable, RowChange } from '../../src/model/change.js';
import { commands, Source, start, stateOf, tables } from '../unit/change/history.js';
import type { State } from '../unit/change/model.js';
import { apply, bed, contents, net, noFar, replay, windowOf, HOME, type Bed } from './bed.js';

/** As the target names them: columns of their own names. */
const ours = new Map<ChangedTable, ChangedTable>(
  tables.map((table) => {
    const columns = table.columns.map((column, i) => ({ ...column, name: `c${i}` }));
    return [table, { ...table, schema: HOME, columns }];
  }),
);

/** A key holds no NULL, and nobody wrote a far value. */
const tame = (text: string): string =>
  text
    .split('\t')
    .map((value) => (value === '\\N' || value === '\\F7' ? value.slice(1) : value))
    .join('\t');
const tamed = (text: Uint8Array | undefined): Buffer | undefined =>
  text && Buffer.from(tame(Buffer.from(text).toString()));

const declarations = [...ours.values()].map(({ name, columns }) => {
  const parts = columns.map((column) => `${column.name} varchar(60) COLLATE utf8mb4_nopad_bin`);
  const key = columns.filter((column) => column.key).map((column) => column.name);
  return `CREATE TABLE ${name} (${[...parts, ...(key.length > 0 ? [`PRIMARY KEY (${key.join(', ')})`] : [])].join(', ')})`;
});

async function begin(target: Bed, state: State): Promise<void> {
  for (const { name } of ours.values()) await target.db.query(`DELETE FROM ${quoteIdentifier(name)}`);
  const all = [...state].map(([table, rows]) =>
    net(ours.get(table)!, { inserts: rows.map(({ values }) => Buffer.from(tame(values.join('\t')))) }),
  );
  await apply(target, windowOf(...all));
}

async function expectSame(target: Bed, state: State): Promise<void> {
  for (const [table, rows] of state) {
    const expected = rows.map(({ values }) => tame(values.join('\t'))).sort();
    expect([table.name, ...(await contents(target, table.name))]).toEqual([table.name, ...expected]);
  }
}

/** As the core does: as sets and, where the target objects or the changes cannot be reduced, one by one. */
async function asSets(target: Bed, changes: readonly RowChange[]): Promise<'sets' | 'one by one'> {
  const { db, applier } = target;
  const reducer = new Reducer();
  for (const change of changes) reducer.add(change);
  return db.transaction(async (tx) => {
    await tx.query('SAVEPOINT w');
    const wrong = await applier.apply(tx, { tables: reducer.net(), far: undefined }).catch((error: unknown) => {
      if (error instanceof Fault && error.kind === 'data') return [error];
      throw error;
    });
    if (wrong.length === 0) return 'sets';
    expect(wrong).toMatchObject([{ code: '1062' }]);
    await tx.query('ROLLBACK TO SAVEPOINT w');
    await applier.replay(tx, eachOf(changes), noFar, (found) => Promise.reject(new Error(found.cause)));
    return 'one by one';
  });
}

async function* eachOf(changes: readonly RowChange[]): AsyncGenerator<RowChange> {
  await Promise.resolve();
  yield* changes;
}

test('sets and single changes come to the same', async () => {
  const [sets, single] = [await bed(declarations.join('; ')), await bed(declarations.join('; '))];
  const ways = { sets: 0, 'one by one': 0 };
  await fc.assert(
    fc.asyncProperty(start, commands, async (rows, history) => {
      const source = new Source(stateOf(rows));
      await Promise.all([begin(sets, source.state), begin(single, source.state)]);
      for (let at = 0; at < history.length;) {
        const cut = history.findIndex(({ act }, i) => i >= at && act === 'cut');
        const end = cut < 0 ? history.length : cut + 1;
        const said = history.slice(at, end).flatMap((command) => source.do(command));
        const changes = said.map((change) => ({
          ...change,
          table: ours.get(change.table)!,
          old: tamed(change.old),
          row: tamed(change.row),
        }));
        ways[await asSets(sets, changes)] += 1;
        expect(await replay(single, changes)).toEqual([]);
        at = end;
      }
      await expectSame(sets, source.state);
      await expectSame(single, source.state);
    }),
    { numRuns: 60 },
  );
  expect(ways.sets).toBeGreaterThan(ways['one by one']);
}, 180_000);
