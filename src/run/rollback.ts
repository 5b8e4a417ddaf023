import { Fault } from '../base/fault.js';
import { probe } from '../base/probe.js';
import {
  checkpoints,
  loadedByMarks,
  outdatedUpTo,
  readCheckpoint,
  type CheckpointRow,
  type Loaded,
  type TableMark,
} from '../control/checkpoint.js';
import { closePhases, phases } from '../control/phase.js';
import { rewind, type IsDone } from '../control/rewind.js';
import { readFixed, writeFixed } from '../control/set-up.js';
import { emptyForReload, tables, type TableRow, type TableState } from '../control/table.js';
import { reopenAfter } from '../control/task.js';
import { livingWorkers } from '../control/worker.js';
import type { Db, Tx } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import { isLater, isOfAnotherGeneration } from './later.js';

/** What a return must know of the target, and of tables that are read together. */
export interface RollbackTarget {
  /** Empties, within the transaction, those of them that exist. */
  empty(tx: Tx, tables: readonly TableName[]): Promise<void>;
  /** These, and all that have to be read under the same snapshot. */
  kin(tables: readonly TableName[]): ReadonlySet<TableName>;
  /** As the loader's. */
  readonly isDone?: IsDone | undefined;
}

/** A checkpoint's number, or the newest one. */
export type Wanted = number | 'latest';

export interface Emptied {
  readonly table: TableName;
  readonly target: string;
  readonly then: TableState | undefined;
  readonly now: TableState;
  /** Rows that it loses, by the marks. */
  readonly rows: number;
}

export interface Rollback {
  readonly checkpoint: CheckpointRow;
  /** Those whose rows are later than in the checkpoint. */
  readonly tables: readonly Emptied[];
  /** Why it must not be done now, one sentence each. */
  readonly refusals: readonly string[];
}

const PENDING = 'rollback_pending';

/** What a return would empty, and what stands against it. Changes nothing. `self`: a worker that does not count as living. */
export async function planRollback(
  db: Db,
  target: Pick<RollbackTarget, 'kin'>,
  wanted: Wanted,
  self?: string,
): Promise<Rollback> {
  const checkpoint = await find(db, wanted);
  const marks = (await readCheckpoint(db, checkpoint.id))?.state.outputs ?? {};
  const rows = await tables(db);
  const loaded = new Map((await loadedByMarks(db)).map((found) => [found.table, found]));
  const now = (row: TableRow) => ({ ...row, rowsMarked: loaded.get(row.table)?.rows ?? 0 });
  const later = rows.filter((row) => isLater(marks[row.table], now(row))).map(({ table }) => table);
  const all = target.kin(later);
  return {
    checkpoint,
    tables: rows
      .filter(({ table, state }) => all.has(table) && state !== 'PLANNED')
      .map((row) => toEmpty(now(row), marks)),
    refusals: [
      ...(await refusalsOf(db, checkpoint, self)),
      ...rows.filter((row) => isOfAnotherGeneration(marks[row.table], row)).map((row) => readAnew(row, marks)),
      ...changed([...loaded.values()]),
    ],
  };
}

const toEmpty = (
  { table, target, state, rowsMarked }: TableRow & { readonly rowsMarked: number },
  marks: Readonly<Record<TableName, TableMark>>,
): Emptied => ({ table, target, then: marks[table]?.state, now: state, rows: rowsMarked });

/** One that has begun is the one that is wanted. */
async function find(db: Db, wanted: Wanted): Promise<CheckpointRow> {
  const pending = (await readFixed(db)).get(PENDING) ?? 'NO';
  if (pending !== 'NO' && wanted !== 'latest' && wanted !== Number(pending)) throw otherPending(pending);
  const known = await checkpoints(db);
  const id = pending === 'NO' ? wanted : Number(pending);
  const found = id === 'latest' ? known[0] : known.find((one) => one.id === id);
  if (found) return found;
  const there = known.length === 0 ? 'there is none' : `there are ${known.map((one) => one.id).join(', ')}`;
  throw new Fault('operator', `there is no checkpoint ${wanted}: ${there}`, {
    safe: 'nothing was changed',
    hint: 'SELECT checkpoint_id, created_at, cause FROM wirekite_checkpoint',
  });
}

const otherPending = (pending: string): Fault =>
  new Fault('operator', `a return to checkpoint ${pending} has begun: it has to end first`, {
    code: 'ROLLBACK_PENDING',
    safe: 'nothing was changed',
    hint: `openkite run --from-checkpoint ${pending} --execute goes on with it`,
  });

async function refusalsOf(db: Db, { id }: CheckpointRow, self: string | undefined): Promise<string[]> {
  const fixed = await readFixed(db);
  const cutOver = fixed.get('cut_over');
  const living = (await livingWorkers(db)).filter(({ worker }) => worker !== self);
  return [
    ...(cutOver === undefined ? [] : [`the migration was cut over, the target is not ours any more: ${cutOver}`]),
    ...(id > (await outdatedUpTo(db)) ? [] : [`everything was emptied by a reset after checkpoint ${id}`]),
    ...living.map((w) => `worker ${w.worker} (process ${w.pid} on ${w.host}) is alive, its lease ends ${w.leaseUntil}`),
  ];
}

const readAnew = ({ table, generation }: TableRow, marks: Readonly<Record<TableName, TableMark>>): string =>
  `${table} was emptied since and is of generation ${generation}, in the checkpoint ${marks[table]?.generation}: ` +
  'its rows of then are gone; take a later checkpoint';

/** The source does not keep what was applied: older rows could not be brought up to where others are. */
function changed(loaded: readonly Loaded[]): string[] {
  const names = loaded.filter(({ isChanged }) => isChanged).map(({ table }) => table);
  if (names.length === 0) return [];
  return [
    `changes of the source were applied to ${names.join(', ')}, which no checkpoint takes back; ` +
      `a single table is read anew by INSERT INTO wirekite_command (action, scope) VALUES ('RELOAD', '${names[0]}')`,
  ];
}

/**
 * Returns to a checkpoint: tables whose rows are later are emptied and forgotten, with what was made on them, and wait to be
 * loaded again; all others stay as they are. Exact to whole tables. Recorded before it begins: nobody starts until it has
 * ended, and doing it again goes on where it was interrupted. Throws ROLLBACK_REFUSED, having changed nothing.
 */
export async function rollbackTo(db: Db, target: RollbackTarget, wanted: Wanted, self?: string): Promise<Rollback> {
  const before = (await readFixed(db)).get(PENDING) ?? 'NO';
  const { id } = await find(db, wanted);
  await writeFixed(db, PENDING, String(id)); // first, so that no daemon starts after we have looked
  const plan = await planRollback(db, target, id, self);
  if (plan.refusals.length > 0) {
    await writeFixed(db, PENDING, before);
    throw refused(plan);
  }
  probe('R1');
  for (const { table } of plan.tables) await rewind(db, { table, isDone: target.isDone });
  probe('R2');
  await db.transaction((tx) => emptyAll(tx, target, plan));
  probe('R3');
  return plan;
}

async function emptyAll(tx: Tx, target: RollbackTarget, { checkpoint, tables: later }: Rollback): Promise<void> {
  for (const { table } of later) await emptyForReload(tx, table, `return to checkpoint ${checkpoint.id}`);
  await target.empty(
    tx,
    later.map(({ table }) => table),
  );
  await reopenAfter(tx);
  const open = (await phases(tx)).find(({ unsettled }) => unsettled > 0);
  if (open && later.length > 0) await closePhases(tx, open.phase);
  await writeFixed(tx, PENDING, 'NO');
}

const refused = ({ checkpoint, refusals }: Rollback): Fault =>
  new Fault('operator', `the return to checkpoint ${checkpoint.id} is refused: ${refusals.join('; ')}`, {
    code: 'ROLLBACK_REFUSED',
    safe: 'nothing was emptied',
  });
