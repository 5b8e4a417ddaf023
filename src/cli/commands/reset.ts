import type { CommandModule } from 'yargs';
import { Fault } from '../../base/fault.js';
import type { Loader } from '../../connector/loader.js';
import { actionSql } from '../../control/action.js';
import { executeReset, planReset, type ResetPlan, type ResetTarget } from '../../control/reset.js';
import { planVersion } from '../../control/set-up.js';
import { tables } from '../../control/table.js';
import type { Context } from '../../daemon/context.js';
import { EXIT } from '../../daemon/exit.js';
import { changesOf, streamOf } from '../../daemon/stream-name.js';
import { readSchema } from '../../format/skt.js';
import type { Layout } from '../../model/layout.js';
import { tableName, type Schema } from '../../model/schema.js';
import { contextOf, onControl } from '../connectors.js';
import { print, table } from '../render.js';

interface Options {
  config: string;
  execute: boolean;
  sql: boolean;
}

const command: CommandModule<object, Options> = {
  command: 'reset',
  describe: 'forget what was loaded and empty its tables; without --execute, say what would be emptied',
  builder: {
    execute: { type: 'boolean', default: false, describe: 'do it: without this, nothing is changed' },
    sql: { type: 'boolean', default: false, describe: 'print the statements that a person would run instead' },
  } as never,
  handler: (argv) => reset(argv),
};

export default command;

async function reset(argv: Options): Promise<void> {
  const context = await contextOf(argv, 'reset');
  if (argv.sql) return print(await manual(context));
  const target = await resetTarget(context);
  const { schema } = context.config.control;
  if (!argv.execute) return explainReset(await onControl(context, (db) => planReset(db, target)), schema);
  const done = await onControl(context, (db) => executeReset(db, target));
  if (context.config.changes) await removeStream(context);
  print(
    `${describe(done)}\nThey are empty, and nothing is known as loaded. To begin anew:\n${actionSql(schema, 'RUN')}`,
  );
}

/** It would keep the source's log for nobody. The next run creates another. */
async function removeStream(context: Context): Promise<void> {
  const stream = await onControl(context, (db) => streamOf(context.config, db));
  const extractor = await context.openExtractor('reset');
  try {
    await changesOf(extractor, stream).remove();
  } finally {
    await extractor.close();
  }
}

/** Tables as the schema file of the plan describes them: names in the control tables are not pasted into statements. */
async function resetTarget(context: Context): Promise<ResetTarget> {
  const known = await onControl(context, tables);
  const loader = await context.openLoader('reset');
  const layouts = known.length > 0 ? await layoutsOf(context, loader) : new Map<string, Layout>();
  const layout = ({ table: name }: { table: string }) => layouts.get(name);
  return {
    rows: async (row) => {
      const found = layout(row);
      return found && loader.countRows(found);
    },
    empty: (tx, rows) =>
      loader.empty(
        tx,
        rows.flatMap((row) => layout(row) ?? []),
      ),
    isDone: loader.isDone,
  };
}

async function layoutsOf(context: Context, loader: Loader): Promise<Map<string, Layout>> {
  const known = await planned(context);
  loader.learn(known);
  return new Map(known.tables.map((one) => [tableName(one), loader.layout(one, 'text')]));
}

/** The source is asked only where somebody has cleared the chunk store away. */
async function planned(context: Context): Promise<Schema> {
  try {
    const version = await onControl(context, planVersion);
    return await readSchema(context.store, context.config.migration, version);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'CHUNK_MISSING') throw error;
    return (await context.openExtractor('reset')).schema();
  }
}

function explainReset(plan: ResetPlan, schema: string): void {
  print(describe(plan));
  if (plan.refusals.length === 0)
    return print('Nothing was changed. --execute empties them and forgets what was loaded.');
  print(`Now it would be refused:\n  ${plan.refusals.join('\n  ')}\nTo end the workers:\n${actionSql(schema, 'STOP')}`);
  process.exitCode = EXIT.misused;
}

const describe = (plan: ResetPlan): string =>
  plan.tables.length === 0
    ? 'No table is known.'
    : table(
        plan.tables.map(({ target, loaded, found }) => ({ table: target, loaded, found: found ?? 'no such table' })),
      );

/** The manual's five steps. */
async function manual(context: Context): Promise<string> {
  const { schema } = context.config.control;
  const targets = (await onControl(context, tables)).map((row) => row.target);
  const loader = await context.openLoader('reset');
  const empty = targets.length > 0 ? loader.emptying(targets).map((sql) => `${sql};\n`) : [];
  await loader.close();
  return `${actionSql(schema, 'STOP')}
-- Wait until nobody is left: SELECT worker, state FROM ${schema}.wirekite_worker WHERE state <> 'STOPPED';
TRUNCATE TABLE ${schema}.wirekite_progress;
${empty.join('')}${actionSql(schema, 'RUN')}
-- Then openkite run --execute begins anew.`;
}
