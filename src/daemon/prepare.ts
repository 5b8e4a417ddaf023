import { Fault } from '../base/fault.js';
import type { Finding } from '../connector/connector.js';
import type { Extractor, Provision } from '../connector/extractor.js';
import type { Loader } from '../connector/loader.js';
import { discardDerived, isProgressEmptied } from '../control/reset.js';
import { readAction } from '../control/action.js';
import { readSaid } from '../control/said.js';
import { isCurrent, isSetUp, missingGuards, planVersion, readFixed, setUp, type Owner } from '../control/set-up.js';
import { readSpent } from '../control/measured.js';
import { applyFileSettings } from '../control/setting.js';
import { countTasks } from '../control/task.js';
import type { Tx } from '../db/db.js';
import type { Table } from '../model/schema.js';
import { agreesToFullIdentity, fileSettings } from './config.js';
import type { Context } from './context.js';
import { cutOverWords } from './cut-over.js';
import { refuseOtherOrigin } from './origin.js';
import { makePlan, type Plan } from './plan.js';
import { changesOf, streamName } from './stream-name.js';
import { ADDED, hasSchemaFiles, writePlan, writeSchemaFiles } from './write-plan.js';

export interface Prepared {
  /** STOP stands in the action row: nothing else was looked at. */
  readonly stopped: boolean;
  /** The migration is over, and when and where: nothing else was looked at. */
  readonly cutOver?: string;
  /** What a run would do, or is doing. */
  readonly plan?: Plan;
  /** The plan stands in the control tables already: a run goes on with that one. */
  readonly begun: boolean;
  readonly owner?: Owner;
  /** What is missing on the source before its changes can be followed. */
  readonly provision?: Provision;
  readonly findings: readonly Finding[];
}

/** Looks at both sides and writes nothing. Fault `operator` when the migration cannot start as it is configured. */
export async function inspect(context: Context): Promise<Prepared> {
  const loader = await context.openLoader('plan');
  try {
    const known = await isSetUp(loader.db, context.config.control.schema);
    const ended = known ? await endedBy(loader.db) : undefined;
    if (ended) return { ...ended, begun: true, findings: [] };
    const extractor = await context.openExtractor('plan');
    try {
      return await look(context, extractor, loader, known);
    } finally {
      await extractor.close();
    }
  } finally {
    await loader.close();
  }
}

/** Commands are read where these tables have them already. */
async function endedBy(tx: Tx): Promise<Pick<Prepared, 'stopped' | 'cutOver'> | undefined> {
  const cutOver = await cutOverWords(tx);
  if (cutOver !== undefined) return { stopped: false, cutOver };
  const { word } = (await isCurrent(tx)) ? (await readSaid(tx)).reading : await readAction(tx);
  return word === 'STOP' ? { stopped: true } : undefined;
}

async function look(context: Context, extractor: Extractor, loader: Loader, known: boolean): Promise<Prepared> {
  const [source, target] = [await extractor.identity(), await loader.identity()];
  if (source === target) {
    const hint = `mend one of them in ${context.config.file}`;
    throw new Fault('operator', 'source and target are the same database', { hint, safe: 'nothing was written' });
  }
  const added = known ? await addedTables(loader.db) : [];
  const spent = known && (await isCurrent(loader.db)) ? await readSpent(loader.db) : undefined;
  const plan = await makePlan(context.config, extractor, loader, added, spent);
  const { changes, migration } = context.config;
  const guards = known ? (await missingGuards(loader.db)).map(unguarded) : [];
  const provision = changes ? await provisionOf(context, extractor, target, plan.schema.tables) : undefined;
  const following = { changes, provided: provision?.steps.length === 0 };
  const sides = [await extractor.check(plan.schema.tables, following), await loader.check(plan.schema)];
  const findings = [...sides.flat(), ...guards];
  const begun = known && (await countTasks(loader.db)).total > 0;
  if (begun) await refuseOtherOrigin(loader.db, context.config);
  else await refuseFullTarget(plan, loader);
  const owner = { migration, source, target };
  return { stopped: false, plan, begun, findings, owner, ...(provision ? { provision } : {}) };
}

const unguarded = (found: string): Finding => ({ what: 'guards of the control tables', level: 'warning', found });

export function provisionOf(
  { config }: Pick<Context, 'config'>,
  extractor: Extractor,
  target: string,
  tables: readonly Table[],
): Promise<Provision> {
  const agreed = ({ schema, name }: Table) => agreesToFullIdentity(config, schema, name);
  return changesOf(extractor, streamName(config, target)).provision(tables, agreed);
}

/** Tables that joined by command, whatever the configuration says. */
export const addedTables = async (tx: Tx): Promise<string[]> =>
  JSON.parse((await readFixed(tx)).get(ADDED) ?? '[]') as string[];

/** Rows that are there already would be mixed with ours, and nobody could tell them apart afterwards. */
async function refuseFullTarget(plan: Plan, loader: Loader): Promise<void> {
  const there = await loader.existing(plan.schema.tables);
  if (there.length === 0) return;
  const some = there.slice(0, 5).join(', ') + (there.length > 5 ? ` and ${there.length - 5} more` : '');
  throw new Fault('operator', `the target is not empty, and no progress of this migration is there: it has ${some}`, {
    code: 'TARGET_NOT_EMPTY',
    safe: 'nothing was written',
    hint: 'drop them, leave them out by tables.exclude, or move into another database',
  });
}

/** Creates the control plane and writes the plan down: files first, then all rows in one transaction. Returns warnings. */
export async function establish(context: Context, prepared: Prepared): Promise<string[]> {
  const { plan, begun, owner, provision } = prepared;
  const loader = await context.openLoader('set-up');
  try {
    const { schema } = context.config.control;
    const guards = owner ? await setUp(loader.db, { ...owner, schema }) : [];
    const warnings = [...guards, ...(await applyFileSettings(loader.db, fileSettings(context.config)))];
    if (!plan) return warnings;
    loader.learn(plan.schema);
    const version = begun ? await planVersion(loader.db) : 0;
    const lost = begun && !(await hasSchemaFiles(context, version));
    if (lost || !begun) await writeSchemaFiles(context, plan, version);
    if (owner && provision) await provide(context, owner, provision);
    if (begun) await beginAnewAfterReset(plan, loader);
    else await writePlan(plan, loader, context.config);
    return lost
      ? [...warnings, 'the schema files were gone from the chunk store: written anew from the source']
      : warnings;
  } finally {
    await loader.close();
  }
}

/** Before the stream is created: it would begin without the tables that are named later. */
export async function provide(
  context: Context,
  { target }: Pick<Owner, 'target'>,
  { steps }: Provision,
): Promise<void> {
  if (steps.length === 0) return;
  const extractor = await context.openExtractor('provision');
  try {
    const changes = changesOf(extractor, streamName(context.config, target));
    for (const step of steps) {
      await changes.perform(step);
      context.log.info(`on the source: ${step.statements.join('; ')}`);
    }
  } finally {
    await extractor.close();
  }
}

/** The manual's reset: where somebody emptied wirekite_progress, the tables must be empty too before they are loaded anew. */
async function beginAnewAfterReset(plan: Plan, loader: Loader): Promise<void> {
  if (!(await isProgressEmptied(loader.db))) return;
  for (const table of plan.schema.tables.filter((t) => t.hasRows)) {
    const rows = await loader.countRows(loader.layout(table, 'text'));
    if (rows) throw stillFull(loader.targetName(table), rows);
  }
  await discardDerived(loader.db, loader.isDone);
}

const stillFull = (table: string, rows: number): Fault =>
  new Fault(
    'operator',
    `wirekite_progress was emptied, and ${table} still has ${rows} rows: they would be there twice`,
    {
      code: 'TARGET_NOT_EMPTY',
      safe: 'nothing was written',
      hint: `TRUNCATE TABLE ${table}, and the other tables of the migration, or let \`openkite reset --execute\` do it`,
    },
  );
