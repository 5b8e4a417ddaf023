import type { Tx } from '../../../src/db/db.js';
import type { FarValues, NetChanges, NetUpdates } from '../../../src/model/change.js';
import { Cascades } from './cascades.js';
import { takeAway } from './images.js';
import { put } from './put.js';
import type { StagedRows, Staging } from './staging.js';
import { deleteKeys, move, oldKeys, update } from './statements.js';
import type { Staged, Target, TargetColumn, Targets } from './targets.js';

/** What happened to a table, and the table. */
export interface Work {
  readonly target: Target;
  readonly net: NetChanges;
}

/** What an act is done with. */
export interface Hand {
  readonly tx: Tx;
  readonly targets: Targets;
  readonly staging: Staging;
  readonly far: FarValues | undefined;
}

/** One step of a window. */
export interface Act {
  readonly target: Target;
  readonly what: 'delete' | 'move' | 'update' | 'insert';
  /** How many rows of the target it should change, besides those that follow by foreign keys. */
  readonly expected: number;
  /** Returns how many it has changed. */
  readonly run: (hand: Hand) => Promise<number>;
}

/** The acts of a window, in the order that no foreign key objects to: all deletes, moves, updates, all inserts. */
export function* actsOf(parentsFirst: readonly Work[]): Generator<Act> {
  for (const act of inOrder(parentsFirst)) if (act.expected > 0) yield act;
}

function* inOrder(parentsFirst: readonly Work[]): Generator<Act> {
  for (const work of [...parentsFirst].reverse()) yield* deletes(work);
  for (const work of parentsFirst) yield* moves(work);
  for (const work of parentsFirst) yield* updates(work);
  for (const work of parentsFirst) yield* inserts(work);
}

function* deletes({ target, net: { deletes: rows, images } }: Work): Generator<Act> {
  const staged = { database: target.database, columns: target.keys, rows };
  const acts = ({ targets }: Hand) => targets.foreignKeys.onDelete(target.table).length > 0;
  const run = async (hand: Hand): Promise<number> => {
    const statement = (from: string) => deleteKeys(target, from);
    if (!acts(hand)) return hand.staging.run(hand.tx, staged, hand.far, statement);
    return following(hand, staged, statement, (cascades, from) => cascades.ofDelete(target, from));
  };
  yield { target, what: 'delete', expected: rows.length, run };
  const gone = images.filter(({ count }) => count < 0);
  yield { target, what: 'delete', expected: -sum(gone), run: (hand) => takeAway(hand, target, gone) };
}

function* moves({ target, net }: Work): Generator<Act> {
  for (const changed of net.moves) yield { target, what: 'move', ...change(target, changed, oldKeys(target), move) };
}

function* updates({ target, net }: Work): Generator<Act> {
  for (const changed of net.updates) yield { target, what: 'update', ...change(target, changed, undefined, update) };
}

/** Of columns that rows are found by; `old`: the staged key of rows that get another. */
function change(
  target: Target,
  { columns, rows }: NetUpdates,
  old: readonly Staged[] | undefined,
  write: typeof update,
): Pick<Act, 'expected' | 'run'> {
  const sent = columns.map((i) => target.columns[i]!);
  const staged = { database: target.database, columns: [...(old ?? []), ...sent], rows };
  const run = async (hand: Hand): Promise<number> => {
    const untouched = await untouchedBy(hand, target, sent);
    const statement = (from: string) => write(target, sent, from, untouched);
    if (!acts(hand, target, sent)) return hand.staging.run(hand.tx, staged, hand.far, statement);
    return following(hand, staged, statement, (cascades, from) => cascades.ofUpdate(target, from, sent, old));
  };
  return { expected: rows.length, run };
}

const untouchedBy = ({ tx, targets }: Hand, { changed }: Target, sent: readonly TargetColumn[]): Promise<string[]> =>
  targets.untouched(tx, targets.of(changed), 't', new Set(sent.map(({ name }) => name)));

const acts = ({ targets }: Hand, { table }: Target, sent: readonly TargetColumn[]): boolean =>
  targets.foreignKeys.onUpdate(table, new Set(sent.map(({ source }) => source))).length > 0;

/** First what the source's engine does to rows of children, then the statement. */
async function following(
  { tx, targets, staging, far }: Hand,
  staged: StagedRows,
  statement: (from: string) => string,
  cascade: (cascades: Cascades, from: string) => Promise<void>,
): Promise<number> {
  const from = await staging.fill(tx, staged, far);
  await cascade(new Cascades(tx, targets), from);
  const { count } = await tx.query(statement(from));
  await staging.clear(tx, from, staged);
  return count;
}

function* inserts({ target, net: { inserts: rows, images } }: Work): Generator<Act> {
  const into = { table: target.name, columns: target.columns };
  const run = ({ tx, far }: Hand) => put(tx, { ...into, rows, count: rows.length }, far);
  yield { target, what: 'insert', expected: rows.length, run };
  const come = images.filter(({ count }) => count > 0);
  const count = sum(come);
  const copies = ({ tx, far }: Hand) => put(tx, { ...into, rows: copiesOf(come), count }, far);
  yield { target, what: 'insert', expected: count, run: copies };
}

const sum = (images: NetChanges['images']): number => images.reduce((total, { count }) => total + count, 0);

function* copiesOf(images: NetChanges['images']): Generator<Uint8Array> {
  for (const { row, count } of images) for (let copy = 0; copy < count; copy += 1) yield row;
}
