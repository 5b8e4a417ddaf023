import type { ArgumentsCamelCase, CommandModule } from 'yargs';
import { monotonic, sleep } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import { actionSql, setAction, type Word } from '../../control/action.js';
import { commandSql, type NewCommand } from '../../control/command.js';
import { livingWorkers } from '../../control/worker.js';
import type { Context } from '../../daemon/context.js';
import { EXIT } from '../../daemon/exit.js';
import { contextOf, onControl } from '../connectors.js';
import { print } from '../render.js';
import { say, sayAndWait } from '../say.js';

interface Options {
  config: string;
  sql: boolean;
  wait: boolean;
  seconds: number;
  table?: string;
}

const VERBS: readonly (readonly [verb: string, word: Word, state: string, describe: string])[] = [
  ['pause', 'PAUSE', 'PAUSED', 'finish the batches in hand and wait: UPDATE wirekite_action'],
  ['resume', 'RUN', 'RUNNING', 'lift a PAUSE or a STOP'],
  ['stop', 'STOP', 'STOPPED', 'finish the batches in hand and end every daemon'],
];

export default VERBS.map(([verb, word, state, describe]): CommandModule<object, Options> => ({
  command: verb,
  describe,
  builder: {
    sql: { type: 'boolean', default: false, describe: 'print the statement instead of running it' },
    table: { type: 'string', describe: 'schema.table: this one alone, by a row of wirekite_command' },
    wait: { type: 'boolean', default: false, describe: 'until every daemon obeys' },
    seconds: { type: 'number', default: 60, describe: 'how long --wait waits, then it ends with 1' },
  } as never,
  handler: (argv) => steer(argv, word, state),
}));

async function steer(argv: ArgumentsCamelCase<Options>, word: Word, state: string): Promise<void> {
  if (!(argv.seconds >= 0)) throw new Fault('operator', '--seconds is no number of seconds');
  const context = await contextOf(argv, 'cli');
  if (argv.table !== undefined) return steerTable(context, { action: word, scope: argv.table }, argv);
  if (argv.sql) return print(actionSql(context.config.control.schema, word));
  print(await onControl(context, (control) => setAction(control, word)));
  if (argv.wait && !(await obeyed(context, state, argv.seconds))) process.exitCode = EXIT.failed;
}

async function steerTable(context: Context, wish: NewCommand, { sql, wait, seconds }: Options): Promise<void> {
  if (sql) return print(commandSql(context.config.control.schema, wish));
  if (wait) return sayAndWait(context, wish, seconds);
  await say(context, wish);
}

/** True when every living worker is in the state; one whose lease has ended is obeying a STOP, too. */
async function obeyed({ control }: Context, state: string, seconds: number): Promise<boolean> {
  const deadline = monotonic() + seconds;
  for (;;) {
    const workers = await livingWorkers(await control.get());
    const late = workers.filter((worker) => worker.state !== state);
    if (late.length === 0) {
      print(workers.length === 0 ? 'no worker is alive' : `all ${workers.length} workers are ${state}`);
      return true;
    }
    if (monotonic() > deadline) {
      print(
        `after ${seconds} s not yet ${state}:\n${late.map((w) => `  ${w.worker} ${w.state} ${w.why ?? ''}`).join('\n')}`,
      );
      return false;
    }
    await sleep(100);
  }
}
