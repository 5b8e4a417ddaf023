import type { CommandModule } from 'yargs';
import { sleep } from '../../base/clock.js';
import { explain } from '../../base/fault.js';
import { stopOnSignals } from '../../base/stop.js';
import { countErrors } from '../../control/error.js';
import { readLag } from '../../control/sample.js';
import { phaseProgress } from '../../control/phase.js';
import { readEscalations } from '../../control/run-log.js';
import { readStatus, type Status } from '../../control/status.js';
import { tables } from '../../control/table.js';
import { openTasks, type OpenTask } from '../../control/task.js';
import { livingWorkers } from '../../control/worker.js';
import type { Db } from '../../db/db.js';
import type { Context } from '../../daemon/context.js';
import { contextOf, onControl } from '../connectors.js';
import { progressJson } from '../progress-json.js';
import { bar, phaseBar, print, showLag, table, visible } from '../render.js';

interface Options {
  config: string;
  json: boolean;
  watch: boolean;
  sql: boolean;
}

const command: CommandModule<object, Options> = {
  command: 'status',
  describe: 'how far the migration is, who works and what stands still',
  builder: {
    json: {
      type: 'boolean',
      default: false,
      describe: 'phase, progress, timing, errors and lag, and the row of wirekite_status, as JSON',
    },
    watch: { type: 'boolean', default: false, describe: 'again every second, until interrupted' },
    sql: { type: 'boolean', default: false, describe: 'print the statements instead of running them' },
  } as never,
  handler: (argv) => show(argv),
};

export default command;

async function show(argv: Options): Promise<void> {
  const context = await contextOf(argv, 'cli');
  const { schema } = context.config.control;
  if (argv.sql) return print(VIEWS.map((view) => `SELECT * FROM ${schema}.${view};`).join('\n'));
  const look = () => onControl(context, argv.json ? json : screen);
  if (!argv.watch) return print(await look());
  const stop = stopOnSignals();
  for (; !stop.draining.aborted; await sleep(1000, stop.draining)) {
    const seen = await look().catch((error: unknown) => outage(error, context));
    print((process.stdout.isTTY && !argv.json ? CLEAR : '') + seen);
  }
}

const VIEWS = [
  'wirekite_status',
  'wirekite_lag',
  'wirekite_pause_budget',
  'wirekite_worker',
  'wirekite_stuck',
  'wirekite_restarts',
];
const CLEAR = '\u001b[H\u001b[J';

/** A server that is not there for a while ends no watch. */
async function outage(error: unknown, { classify, control }: Context): Promise<string> {
  const fault = classify(error);
  if (fault.kind === 'operator') throw fault;
  await control.drop();
  return explain(fault);
}

const json = async (db: Db): Promise<string> => JSON.stringify(progressJson(await readStatus(db), await readLag(db)));

async function screen(db: Db): Promise<string> {
  const status = await readStatus(db);
  const troubled = (await openTasks(db)).filter(({ state }) => state === 'FAILED' || state === 'HELD');
  const workers = await livingWorkers(db);
  return [
    `${status.migration ?? ''}: ${status.status}  ${bar(status.progress_percent, 40)} ${status.progress_percent.toFixed(1)} %`,
    `${status.records_processed} of ${status.records_total} rows, ${status.open_tables} of ${status.tables_total} tables open, ` +
      `${status.open_tasks} tasks open, ${status.failed_tasks} failed${ending(status)}`,
    ...(await phaseProgress(db)).map(phaseBar),
    ...(await following(db)),
    status.change_held_by ? `an uncommitted change of the action is held by ${status.change_held_by}` : '',
    ...(await readEscalations(db)).map((words) => `ESCALATED ${visible(words)}`),
    ...troubled.map(showTroubled),
    workers.length === 0
      ? 'no worker is alive'
      : table(workers.map(({ worker, role, state, atMark, why }) => ({ worker, role, state, at_mark: atMark, why }))),
  ]
    .filter(Boolean)
    .join('\n');
}

/** One that is HELD is waited for until somebody speaks. */
const showTroubled = ({ id, state, reason = '' }: OpenTask): string =>
  `${state} ${visible(`${id}: ${reason}`)}${state === 'HELD' ? '; it waits for RETRY or SKIP' : ''}`;

/** Nothing where no changes are followed, or none are yet. */
async function following(db: Db): Promise<string[]> {
  const lag = await readLag(db);
  if (lag === undefined) return [];
  const behind = (await tables(db)).filter(({ appliedSeq }) => appliedSeq !== undefined);
  const queued = await countErrors(db);
  const some = behind.slice(0, MOST_NAMES).map((one) => `${one.table} ${one.state}`);
  return [
    showLag(lag),
    behind.length === 0
      ? ''
      : `behind: ${visible(some.join(', '))}${behind.length > MOST_NAMES ? ` and ${behind.length - MOST_NAMES} more` : ''}`,
    ...behind.flatMap((one) => (one.error === undefined ? [] : `STOPPED ${visible(`${one.table}: ${one.error}`)}`)),
    queued === 0 ? '' : `${queued} changes did not go through: they are in wirekite_error`,
  ];
}

const MOST_NAMES = 8;

function ending({ status, eta_completion: eta }: Status): string {
  if (status !== 'running') return '';
  return eta === null ? '' : `; ends about ${eta.slice(0, 16)}`;
}
