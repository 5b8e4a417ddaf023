import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { Bell } from '../../base/bell.js';
import { Fault } from '../../base/fault.js';
import { stopOnSignals } from '../../base/stop.js';
import { outOfBounds } from '../../daemon/bounds.js';
import { Children, type ChildSpec } from '../../daemon/children.js';
import type { Config } from '../../daemon/config.js';
import type { Context } from '../../daemon/context.js';
import { coordinate } from '../../daemon/coordinate.js';
import { EXIT, liftStop } from '../../daemon/exit.js';
import type { Until } from '../../daemon/ending.js';
import { establish, inspect, type Prepared } from '../../daemon/prepare.js';
import { contextOf, extractorsFolder, loadersFolder } from '../connectors.js';
import { explainReturn, returnTo, wantedCheckpoint } from '../from-checkpoint.js';
import { progressLine } from '../progress-line.js';
import { print, showCutOver, showFindings, showPlan, showProvision, showTotal, visible } from '../render.js';

interface Options {
  config: string;
  execute: boolean;
  children: boolean;
  until?: Until;
  fromCheckpoint?: string;
  continueOnError?: boolean;
  maxRetries?: number;
  writeExecutionSnapshot?: string;
  debugExecution: boolean;
}

const command: CommandModule<object, Options> = {
  command: 'run',
  describe: 'move the source into the target; without --execute, say what would be done',
  builder: {
    execute: { type: 'boolean', default: false, describe: 'do it: without this, nothing is written' },
    until: {
      choices: ['loaded', 'caught-up', 'stopped'],
      describe: 'when the run is over; default: stopped where changes are followed, else loaded',
    },
    'from-checkpoint': {
      type: 'string',
      describe: 'return to this checkpoint first, by its number or latest: what is later is emptied and loaded again',
    },
    'continue-on-error': { type: 'boolean', describe: 'whether others still begin once a task has failed for good' },
    'max-retries': { type: 'number', describe: 'tries after the first one, for faults that pass' },
    'write-execution-snapshot': { type: 'string', describe: 'a file for what the run was as a whole, as JSON' },
    'debug-execution': { type: 'boolean', default: false, describe: 'print that document at the end' },
    children: { type: 'boolean', default: true, describe: '--no-children: the daemons are started elsewhere' },
  } as never,
  handler: (argv) => run(argv),
};

export default command;

async function run(argv: Options): Promise<void> {
  const bell = new Bell();
  if (argv.execute) process.on('SIGUSR2', () => bell.ring()); // from the beginning: unheard it would end the process
  const context = withPolicy(await contextOf(argv, 'coordinate'), argv);
  const until = untilOf(argv, context.config);
  const children = new Children(argv.execute && argv.children ? daemonsFor(context) : [], context.log);
  const prepared = await inspect(context);
  if (prepared.stopped) return stopped(context.config.control.schema);
  if (prepared.cutOver !== undefined) return print(showCutOver(prepared.cutOver));
  const wanted = wantedCheckpoint(argv, prepared);
  if (!argv.execute) return wanted === undefined ? explainRun(prepared) : explainReturn(context, wanted);
  refuseFailures(prepared);
  for (const line of await establish(context, prepared)) context.log.warn(line);
  if (wanted !== undefined) await returnTo(context, wanted);
  const line = progressLine(process.stderr);
  const ending = await coordinate(context, stopOnSignals(), children, {
    until,
    bell,
    run: randomUUID(),
    snapshot: (document) => keepSnapshot(argv, document),
    watch: (status, lag) => line.show(status, lag),
  });
  line.end();
  if (ending.phases && ending.status) print(showTotal(ending.phases, ending.status, ending.used));
  if (ending.code === EXIT.stopped) return stopped(context.config.control.schema);
  for (const trouble of ending.trouble ?? []) print(trouble.split('\n').map(visible).join('\n'));
  print(ending.why);
  process.exitCode = ending.code;
}

/** What was said on the command line holds for this run, as if the file said it. */
function withPolicy(context: Context, { continueOnError, maxRetries }: Options): Context {
  if (maxRetries !== undefined) refuseOutOfBounds('max_retries', maxRetries);
  const { policy } = context.config;
  const said = {
    ...(continueOnError === undefined ? {} : { continue_on_error: continueOnError }),
    ...(maxRetries === undefined ? {} : { max_retries: maxRetries }),
  };
  return { ...context, config: { ...context.config, policy: { ...policy, ...said } } };
}

function refuseOutOfBounds(name: 'max_retries', value: number): void {
  const wrong = outOfBounds(name, value);
  if (wrong !== undefined) throw new Fault('operator', `--${name.replace('_', '-')} ${wrong}`);
}

/** The run is over, and did what it did: a file that cannot be written is no failure of it. */
function keepSnapshot({ writeExecutionSnapshot: file, debugExecution }: Options, document: string): void {
  if (debugExecution) print(document);
  if (file === undefined) return;
  try {
    writeFileSync(file, `${document}\n`);
  } catch (error) {
    print(`the snapshot is not in ${file}, but in load_run_snapshot: ${String(error)}`);
  }
}

function untilOf({ until }: Options, { changes, file }: Config): Until {
  if (changes) return until ?? 'stopped';
  if (until === undefined || until === 'loaded') return 'loaded';
  throw new Fault('operator', `--until ${until} needs changes to be followed`, {
    hint: `set changes: true in ${file}`,
  });
}

function daemonsFor({ config: { changes, file }, ownSnapshots }: Context): ChildSpec[] {
  const extractor = new URL('main.js', extractorsFolder);
  const loader = new URL('main.js', loadersFolder);
  const following = [
    { role: 'capture', main: extractor, args: ['change', file] },
    { role: 'follow', main: loader, args: ['change', file] },
  ];
  const apart = [
    { role: 'keep', main: extractor, args: ['keeper', file] },
    { role: 'extract', main: extractor, args: ['data', file] },
  ];
  return [
    ...(ownSnapshots ? [{ role: 'extract', main: extractor, args: ['all', file] }] : apart),
    { role: 'load', main: loader, args: ['data', file] },
    ...(changes ? following : []),
  ];
}

function stopped(schema: string): void {
  print(`STOP stands in ${schema}.wirekite_action: nothing is done. To go on at the marks:\n${liftStop(schema)}`);
  process.exitCode = EXIT.stopped;
}

function explainRun({ plan, begun, findings, provision }: Prepared): void {
  if (plan) print(showPlan(plan));
  if (provision) print(showProvision(provision));
  print(showFindings(findings.filter((finding) => finding.level !== 'ok')));
  print(begun ? 'The run has begun: --execute goes on at the marks.' : 'Nothing was written. --execute does it.');
}

function refuseFailures({ findings }: Prepared): void {
  const failures = findings.filter((finding) => finding.level === 'failure');
  if (failures.length === 0) return;
  throw new Fault(
    'operator',
    `${failures.length === 1 ? 'one thing' : `${failures.length} things`} must be mended first:\n${showFindings(failures)}`,
    {
      safe: 'nothing was written',
    },
  );
}
