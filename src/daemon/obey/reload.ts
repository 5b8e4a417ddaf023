import { takeCheckpoint } from '../../control/checkpoint.js';
import { seeCommand } from '../../control/command.js';
import { followState } from '../../control/table.js';
import { reopenAfter } from '../../control/task.js';
import type { TableName } from '../../model/schema.js';
import { isCutOver } from '../cut-over.js';
import { reloadTable } from '../reload.js';
import { done, refused, seen, type Duty, type Obey, type Outcome } from './duty.js';
import { refuseOther } from './scope.js';

const EMPTIED = 'emptied';

/** A table, with its kin, is emptied and read anew, while all others go on. */
export const obeyReload: Obey = async (command, duty) => {
  const { context, control } = duty;
  if (command.state === 'PENDING') {
    const unknown = await refuseOther(command, control);
    if (unknown) return unknown;
    if (await isCutOver(control)) return refused('the migration was cut over: the target is not ours any more');
    const cause = `before RELOAD of ${command.scope} (command ${command.id})`;
    await takeCheckpoint(control, { cause, keep: context.settings().checkpoint_keep });
  }
  const tables = [...context.kin.of(command.scope)];
  if (!command.result?.startsWith(EMPTIED)) {
    const why = `RELOAD by ${command.author} (command ${command.id})`;
    const atWork = await reloadTable(context, context.table(command.scope), why, async (tx) => {
      // Of a migration that is only loaded, counters may have been read before these rows.
      if (!context.config.changes) await reopenAfter(tx);
      await seeCommand(tx, command.id, `${EMPTIED}: ${tables.join(', ')}`);
    });
    if (atWork.length > 0) return untilMade(atWork);
  }
  return howFar(tables, duty);
};

/** An index that is being built cannot be taken back, and holds the table. */
export const untilMade = (tasks: readonly string[]): Outcome => seen(`waits for the end of ${tasks.join(', ')}`);

/** Until all of them are in, and follow the changes again. */
export async function howFar(tables: readonly TableName[], { control }: Duty): Promise<Outcome> {
  const rows = await followState(control, tables);
  const open = rows.filter(({ isIn }) => !isIn);
  const loaded = rows.reduce((sum, row) => sum + row.rowsLoaded, 0);
  if (open.length === 0) return done(`${tables.join(', ')}: ${loaded} rows are in`);
  const some = open.map(({ table, state, error }) => `${table} is ${state}${error === undefined ? '' : ` (${error})`}`);
  return seen(`${EMPTIED}, being read anew: ${some.join(', ')}; ${loaded} rows are in`);
}
