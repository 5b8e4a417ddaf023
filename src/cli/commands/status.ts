import type { CommandModule } from 'yargs';
import { sleep } from '../../base/clock.js';
import { stopOnSignals } from '../../base/stop.js';
import { readStatus } from '../../control/status.js';
import { livingWorkers } from '../../control/worker.js';
import type { Db } from '../../db/db.js';
import { contextOf } from '../connectors.js';
import { bar, print, table } from '../render.js';

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
    json: { type: 'boolean', default: false, describe: 'the row of wirekite_status as JSON' },
    watch: { type: 'boolean', default: false, describe: 'again every second, until interrupted' },
    sql: { type: 'boolean', default: false, describe: 'print the statements instead of running them' },
  } as never,
  handler: (argv) => show(argv),
};

export default command;

async function show(argv: Options): Promise<void> {
  const context = await contextOf(argv, 'cli');
  const { schema } = context.config.control;
  if (argv.sql)
    return print(['status', 'worker', 'stuck'].map((v) => `SELECT * FROM ${schema}.wirekite_${v};`).join('\n'));
  const stop = stopOnSignals();
  do {
    const db = await context.control.get();
    print(argv.json ? JSON.stringify(await readStatus(db)) : await screen(db));
    if (argv.watch) await sleep(1000, stop.draining);
  } while (argv.watch && !stop.draining.aborted);
}

async function screen(db: Db): Promise<string> {
  const status = await readStatus(db);
  const workers = (await livingWorkers(db)).map(({ worker, role, state, atMark, why }) => ({
    worker,
    role,
    state,
    at_mark: atMark,
    why,
  }));
  return [
    `${status.migration ?? ''}: ${status.status}  ${bar(status.progress_percent, 40)} ${status.progress_percent.toFixed(1)} %`,
    `${status.records_processed} of ${status.records_total} rows, ${status.open_tables} of ${status.tables_total} tables open, ` +
      `${status.open_tasks} tasks open, ${status.failed_tasks} failed; ends about ${status.eta_completion ?? 'never at this rate'}`,
    status.change_held_by ? `an uncommitted change of the action is held by session ${status.change_held_by}` : '',
    workers.length > 0 ? table(workers) : 'no worker is alive',
  ]
    .filter(Boolean)
    .join('\n');
}
