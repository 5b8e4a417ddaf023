import fc from 'fast-check';
import type { ChangedTable, RowChange, RowOp } from '../../../src/model/change.js';
import { applyOne, bytes, keyOf, type State } from './model.js';

const table = (id: string, identity: ChangedTable['identity'], columns: string): ChangedTable => ({
  ...{ id, schema: 'public', name: `t${id}`, identity },
  columns: columns.split(' ').map((name) => ({ name: name.replace('*', ''), type: 'text', key: name.endsWith('*') })),
});

/** One key; two values of a key that lie apart, or side by side; old rows in full; no key; and only new rows. */
export const tables: readonly ChangedTable[] = [
  table('1', 'd', 'id* unique long'),
  table('2', 'i', 'a a* long b*'),
  table('3', 'd', 'x a* b* long'),
  table('4', 'f', 'long id* v'),
  table('5', 'f', 'v long w'),
  table('6', 'n', 'v w'),
];

/** What the words of a command come down to, depends on what is there. */
export interface Command {
  readonly table: number;
  readonly act: 'insert' | 'update' | 'move' | 'delete' | 'swap' | 'renew' | 'cut';
  readonly pick: number;
  readonly values: readonly string[];
  /** Columns whose value stays. */
  readonly keep: readonly boolean[];
  /** Of those: whether it is left out of what is sent. */
  readonly unsent: readonly boolean[];
}

/** Few, so that they meet; the last ones look like markers, and are values whose backslash is doubled. */
const value = fc.constantFrom('1', '2', '1', '2', '', '\\N', 'é\\t', '\\\\U', '\\\\N', '\\F7');
const four = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: 4, maxLength: 4 });

const act = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom<Command['act']>('insert', 'update', 'move', 'delete') },
  { weight: 3, arbitrary: fc.constantFrom<Command['act']>('swap', 'renew') },
  { weight: 1, arbitrary: fc.constant<Command['act']>('cut') },
);

/** Of one table mostly, so that much happens to the same rows. */
const commandOf = (most: number): fc.Arbitrary<Command> =>
  fc.record({
    table: fc.oneof({ weight: 5, arbitrary: fc.constant(most) }, { weight: 1, arbitrary: fc.nat(tables.length - 1) }),
    act,
    pick: fc.nat(20),
    values: four(value),
    keep: four(fc.boolean()),
    unsent: four(fc.boolean()),
  });

export const commands = fc
  .nat(tables.length - 1)
  .chain((most) => fc.array(commandOf(most), { maxLength: 80, size: 'max' }));
export const start = fc.array(fc.record({ table: fc.nat(tables.length - 1), values: four(value) }), { maxLength: 20 });

export function stateOf(rows: readonly { readonly table: number; readonly values: readonly string[] }[]): State {
  const state: State = new Map(tables.map((one) => [one, []]));
  for (const { table: n, values } of rows) new Source(state).insert(tables[n]!, values);
  return state;
}

/** Does what it is told where that can be done, and says it as a source's log does. */
export class Source {
  readonly log: RowChange[] = [];

  constructor(readonly state: State) {}

  do(command: Command): RowChange[] {
    this.log.length = 0;
    const one = tables[command.table]!;
    const rows = this.state.get(one)!;
    const picked = rows[command.pick % Math.max(1, rows.length)]?.values;
    if (command.act === 'insert') this.insert(one, command.values);
    else if (picked && one.identity !== 'n') this.change(one, picked, command);
    return [...this.log];
  }

  insert(one: ChangedTable, all: readonly string[]): void {
    const values = all.slice(0, one.columns.length);
    if (!this.isTaken(one, values)) this.say('I', one, undefined, values);
  }

  private change(one: ChangedTable, before: readonly string[], { act, values, keep, unsent, pick }: Command): void {
    if (act === 'delete' || act === 'renew') this.remove(one, before);
    if (act === 'renew')
      this.insert(
        one,
        before.map((value, i) => (one.columns[i]!.key ? value : values[i]!)),
      );
    if (act === 'swap') this.swap(one, before, pick);
    if (act !== 'update' && act !== 'move') return;
    const stays = (i: number) => keep[i]! || (act === 'update' && one.columns[i]!.key);
    const after = before.map((value, i) => (stays(i) ? value : values[i]!));
    this.update(one, before, after, unsent);
  }

  private swap(one: ChangedTable, a: readonly string[], pick: number): void {
    const rows = this.state.get(one)!;
    const b = rows[(pick + 1) % rows.length]!.values;
    const mixed = (key: readonly string[], rest: readonly string[]) =>
      key.map((v, i) => (one.columns[i]!.key ? v : rest[i]!));
    if (a === b || !one.columns.some(({ key }) => key)) return;
    this.update(one, a, mixed(a, ['temporary', 'temporary', 'temporary', 'temporary']), []);
    this.update(one, b, mixed(b, a), []);
    this.update(one, mixed(a, ['temporary', 'temporary', 'temporary', 'temporary']), mixed(a, b), []);
  }

  private remove(one: ChangedTable, before: readonly string[]): void {
    if (one.identity === 'f') this.say('X', one, before, undefined);
    else this.say('R', one, [keyOf(one, before)], undefined);
  }

  private update(
    one: ChangedTable,
    before: readonly string[],
    after: readonly string[],
    unsent: readonly boolean[],
  ): void {
    const moves = keyOf(one, before) !== keyOf(one, after);
    if (moves && this.isTaken(one, after)) return;
    const leaves = (i: number) =>
      unsent[i] && after[i] === before[i] && (moves || one.identity === 'f' || !one.columns[i]!.key);
    const sent = after.map((value, i) => (leaves(i) ? '\\U' : value));
    if (one.identity === 'f') this.say('F', one, before, sent);
    else if (moves) this.sayMove(one, before, sent);
    else this.say('U', one, undefined, sent);
  }

  private sayMove(one: ChangedTable, before: readonly string[], sent: readonly string[]): void {
    this.say('K', one, [keyOf(one, before)], sent);
  }

  private isTaken(one: ChangedTable, values: readonly string[]): boolean {
    const isKeyed = one.columns.some(({ key }) => key);
    return isKeyed && this.state.get(one)!.some((row) => keyOf(one, row.values) === keyOf(one, values));
  }

  private say(
    op: RowOp,
    one: ChangedTable,
    old: readonly string[] | undefined,
    after: readonly string[] | undefined,
  ): void {
    const change = { op, table: one, old: old && bytes(old), row: after && bytes(after) };
    applyOne(this.state, change);
    this.log.push(change);
  }
}
