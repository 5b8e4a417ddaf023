import { seeCommand, type Command } from '../../control/command.js';
import { reload } from '../../control/reload.js';
import { planVersion, readFixed } from '../../control/set-up.js';
import { insertTables, tables } from '../../control/table.js';
import type { Tx } from '../../db/db.js';
import { tableName, type Table, type TableName } from '../../model/schema.js';
import { makePlan, type Plan } from '../plan.js';
import { addedTables, provide, provisionOf } from '../prepare.js';
import { newTables, widenPlan, writeSchemaFiles } from '../write-plan.js';
import { refused, seen, type Duty, type Obey, type Outcome } from './duty.js';
import { howFar, untilMade } from './reload.js';
import { isTable, nearest } from './scope.js';
import { waiting } from './wish.js';

const JOINING = 'it joins';
const JOINED = 'emptied'; // from there on as of a table that is read anew

/**
 * A table joins a running migration. First the plan has it, and everybody who lives works by that plan: the change
 * extractor, too, so that no change is missed. Then its row is made, and it is read like any other.
 */
export const obeyAdd: Obey = async (command, duty) => {
  const { scope, state, result } = command;
  if (!isTable(scope)) return refused(`its scope is one table of the source, schema.table, not ${scope}`);
  if (state === 'PENDING') return plan(command, duty);
  if (result?.startsWith(JOINED)) return howFar(members(scope, duty), duty);
  await duty.context.renew();
  return (await waiting(command, duty)) ?? join(command, duty);
};

async function plan(command: Command, duty: Duty): Promise<Outcome> {
  const { context, control } = duty;
  const { scope } = command;
  const there = (await tables(control)).find(({ table }) => table === scope);
  if (there) return refused(`it is in the migration already (${there.state}); RELOAD reads it anew`);
  const [extractor, loader] = [await context.openExtractor('add'), await context.openLoader('add')];
  try {
    const whole = await extractor.schema();
    const wanted = withPartitions(scope, whole.tables);
    if (wanted.length === 0)
      return refused(`the source has no table ${scope}${nearest(scope, whole.tables.map(tableName))}`);
    const added = [...new Set([...(await addedTables(control)), ...wanted])];
    const widened = await makePlan(context.config, extractor, loader, added);
    const full = await loader.existing(widened.schema.tables.filter((table) => wanted.includes(tableName(table))));
    if (full.length > 0)
      return refused(`the target has ${full.join(', ')} already: drop it, or rename it, and ADD again`);
    if (context.config.changes) {
      const target = (await readFixed(control)).get('target') ?? '';
      await provide(context, { target }, await provisionOf(context, extractor, target, widened.schema.tables));
    }
    return await write(command, widened, added, duty);
  } finally {
    await Promise.allSettled([extractor.close(), loader.close()]);
  }
}

async function write(
  command: Command,
  widened: Plan,
  added: readonly TableName[],
  { context, control }: Duty,
): Promise<Outcome> {
  await writeSchemaFiles(context, widened, (await planVersion(control)) + 1);
  const result = `${JOINING}: ${command.scope}`;
  await control.transaction(async (tx) => {
    await widenPlan(tx, widened, added);
    await seeCommand(tx, command.id, result);
  });
  context.beat(); // which reads the plan again
  return seen(result);
}

/** The root of partitions brings them along. */
function withPartitions(name: TableName, all: readonly Table[]): TableName[] {
  const found = all.find((table) => tableName(table) === name);
  if (!found) return [];
  const parts = all.filter((table) => `table ${table.partition?.of?.parent}` === found.id);
  return [name, ...parts.flatMap((table) => withPartitions(tableName(table), all))];
}

function members(scope: TableName, { context }: Duty): TableName[] {
  return withPartitions(scope, context.tables).filter((name) => context.table(name).hasRows);
}

/** With tables whose rows it follows by keys that the source does not log, which are read anew under the same snapshot. */
async function join(command: Command, duty: Duty): Promise<Outcome> {
  const { context, control } = duty;
  const names = members(command.scope, duty);
  const known = new Set((await tables(control)).map(({ table }) => table));
  const others = [...context.kin.ofAll(names)].filter((table) => known.has(table) && !names.includes(table));
  const loader = await context.openLoader('add');
  try {
    const rows = newTables(context.tables, loader, context.config).filter(({ table }) => names.includes(table));
    const result = `${JOINED}: ${[...names, ...others].join(', ')}`;
    const insert = async (tx: Tx): Promise<void> => {
      await insertTables(tx, rows);
      await seeCommand(tx, command.id, result);
    };
    if (others.length === 0) await loader.db.transaction(insert);
    else {
      const layouts = others.map((name) => loader.layout(context.table(name), 'text'));
      const empty = async (tx: Tx): Promise<void> => {
        await loader.empty(tx, layouts);
        await insert(tx);
      };
      const why = `${command.scope} joins, whose rows follow theirs`;
      const atWork = await reload(loader.db, others, why, empty, loader.isDone);
      if (atWork.length > 0) return untilMade(atWork);
    }
    return seen(result);
  } finally {
    await loader.close();
  }
}
