import { sleep } from '../base/clock.js';
import { explain, Fault } from '../base/fault.js';
import { openLog } from '../base/log.js';
import { stopOnSignals } from '../base/stop.js';
import { readExpressions } from '../control/column.js';
import type { Settings } from '../control/setting.js';
import { readSchema } from '../format/skt.js';
import { tableName, type Column, type SchemaObject, type Table } from '../model/schema.js';
import type { Config } from './config.js';
import { openContext, type Connectors, type Context } from './context.js';
import { EXIT, exitOf, liftStop } from './exit.js';
import { Kin } from './kin.js';
import { underControl, type Live } from './under-control.js';
import { runUnit, type Unit, type Work } from './unit.js';

/** A kind of daemon: its name in `wirekite_worker.role`, how many units it has, and what each of them does. */
export interface Role {
  readonly name: string;
  readonly units: (settings: Settings) => number;
  readonly work: (unit: Unit, context: DaemonContext, index: number) => Work;
  /** What goes on beside the units for as long as they live: it ends when the signal is aborted. */
  readonly beside?: (context: DaemonContext, over: AbortSignal) => Promise<void>;
}

/** What the schema files say of the migration. Loaders know it from their opening on. */
export interface Known {
  readonly tables: readonly Table[];
  readonly objects: readonly SchemaObject[];
  readonly kin: Kin;
  /** From the schema file that the plan was made with. Fault when a control row names a table that is not in it. */
  table(name: string): Table;
}

export type DaemonContext = Live & Known;

/** Runs one daemon to its end: 0 when it was asked to leave, 4 after STOP, 1 or 2 when it failed. */
export async function daemon(config: Config, role: Role, connectors: Connectors): Promise<number> {
  const log = openLog(role.name);
  const stop = stopOnSignals();
  stop.aborting.addEventListener('abort', () => process.exit(EXIT.failed));
  try {
    const context = await openContext(config, role.name, connectors, log);
    const word = await underControl(context, stop, role.name, role.units, (live, units) => work(role, live, units));
    await context.control.drop();
    if (word === 'STOP') log.info(`ended by STOP; to lift it: ${liftStop(config.control.schema)}`);
    return word === 'STOP' ? EXIT.stopped : EXIT.done;
  } catch (error) {
    log.fatal(explain(error));
    return exitOf(error);
  }
}

async function work(role: Role, live: Live, units: Unit[]): Promise<void> {
  const context = await informed(live);
  const rules = { ...context, maxRetries: () => context.settings().max_retries };
  const works = units.map((unit, i) => role.work(unit, context, i));
  const ends = units.map((unit, i) => runUnit(unit, works[i] as Work, rules));
  // What ends one unit ends the daemon; the others finish what they hold.
  for (const end of ends) end.catch(() => live.gate.stop.drain('another unit of this daemon failed'));
  const over = new AbortController();
  const beside = Promise.all([role.beside?.(context, over.signal), cancelLate(context, works, over.signal)]);
  const failed = (await Promise.allSettled(ends)).find((end) => end.status === 'rejected');
  over.abort();
  await beside;
  if (failed) throw failed.reason;
}

/** With what the schema files say. */
export async function informed<T extends Context>(context: T): Promise<T & Known> {
  const planned = await readSchema(context.store, context.config.migration);
  const expressions = await readExpressions(await context.control.get());
  const schema = { ...planned, tables: planned.tables.map((table) => withExpressions(table, expressions)) };
  const { tables, objects } = schema;
  const openLoader: Context['openLoader'] = async (what, tuning) => {
    const loader = await context.openLoader(what, tuning);
    loader.learn(schema);
    return loader;
  };
  return { ...context, openLoader, tables, objects, kin: new Kin(tables), table: lookUp(tables) };
}

/** What the control tables say of columns: there the operator has the last word. */
function withExpressions(table: Table, all: Awaited<ReturnType<typeof readExpressions>>): Table {
  const wanted = all.get(tableName(table));
  const columns = table.columns.map(({ override: { type } = {}, ...column }): Column => {
    const expression = wanted?.get(column.name);
    const override = { ...(type === undefined ? {} : { type }), ...(expression === undefined ? {} : { expression }) };
    return Object.keys(override).length === 0 ? column : { ...column, override };
  });
  return { ...table, columns };
}

/** STOP lets what is running end, for so long; then it is cancelled on the server, and simply not done. */
async function cancelLate({ gate, settings, log }: Live, works: readonly Work[], over: AbortSignal): Promise<void> {
  while (gate.reading.word !== 'STOP') {
    if (over.aborted || gate.stop.draining.aborted) return; // a second signal abandons what is held
    await sleep(1_000, over);
  }
  await sleep(settings().stop_seconds * 1000, over);
  if (over.aborted) return;
  const cancelled = await Promise.allSettled(works.map((work) => work.cancel()));
  for (const end of cancelled) if (end.status === 'rejected') log.warn(explain(end.reason));
}

function lookUp(tables: readonly Table[]): (name: string) => Table {
  const byName = new Map(tables.map((table) => [tableName(table), table]));
  return (name) => {
    const table = byName.get(name);
    if (table) return table;
    throw new Fault('permanent', `the control tables name ${name}, which the schema file does not hold`, {
      hint: 'reset the migration: its plan and its control tables do not belong together',
      place: { table: name },
    });
  };
}
