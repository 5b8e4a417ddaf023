import type { CommandModule } from 'yargs';
import { Fault } from '../../base/fault.js';
import { stopOnSignals } from '../../base/stop.js';
import { Children, type ChildSpec } from '../../daemon/children.js';
import { coordinate } from '../../daemon/coordinate.js';
import { EXIT, liftStop } from '../../daemon/exit.js';
import { establish, inspect, type Prepared } from '../../daemon/prepare.js';
import { contextOf, extractorsFolder, loadersFolder } from '../connectors.js';
import { progressLine } from '../progress-line.js';
import { print, showFindings, showPlan, visible } from '../render.js';

interface Options {
  config: string;
  execute: boolean;
  children: boolean;
  until: string;
}

const command: CommandModule<object, Options> = {
  command: 'run',
  describe: 'move the source into the target; without --execute, say what would be done',
  builder: {
    execute: { type: 'boolean', default: false, describe: 'do it: without this, nothing is written' },
    until: { choices: ['loaded'], default: 'loaded', describe: 'when the run is over' },
    children: { type: 'boolean', default: true, describe: '--no-children: the daemons are started elsewhere' },
  } as never,
  handler: (argv) => run(argv),
};

export default command;

async function run(argv: Options): Promise<void> {
  const context = await contextOf(argv, 'coordinate');
  const children = new Children(argv.execute && argv.children ? daemonsFor(context.config.file) : [], context.log);
  const prepared = await inspect(context);
  if (prepared.stopped) return stopped(context.config.control.schema);
  if (!argv.execute) return explainRun(prepared);
  refuseFailures(prepared);
  for (const line of await establish(context, prepared)) context.log.warn(line);
  const line = progressLine(process.stderr);
  const ending = await coordinate(context, stopOnSignals(), children, (status) => line.show(status));
  line.end();
  if (ending.code === EXIT.stopped) return stopped(context.config.control.schema);
  for (const trouble of ending.trouble ?? []) print(trouble.split('\n').map(visible).join('\n'));
  print(ending.why);
  process.exitCode = ending.code;
}

const daemonsFor = (file: string): ChildSpec[] => [
  { role: 'keep', main: new URL('main.js', extractorsFolder), args: ['keeper', file] },
  { role: 'extract', main: new URL('main.js', extractorsFolder), args: ['data', file] },
  { role: 'load', main: new URL('main.js', loadersFolder), args: ['data', file] },
];

function stopped(schema: string): void {
  print(`STOP stands in ${schema}.wirekite_action: nothing is done. To go on at the marks:\n${liftStop(schema)}`);
  process.exitCode = EXIT.stopped;
}

function explainRun({ plan, begun, findings }: Prepared): void {
  if (plan) print(showPlan(plan));
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
