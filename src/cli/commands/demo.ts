import { once } from 'node:events';
import type { CommandModule } from 'yargs';
import { Fault } from '../../base/fault.js';
import { stopOnSignals, type Stop } from '../../base/stop.js';
import { connectors, contextOf } from '../connectors.js';
import { Openkite } from '../demo/child.js';
import { Scene } from '../demo/scene.js';
import { onStage, type Given, type Stage } from '../demo/stage.js';
import { tell } from '../demo/story.js';
import { print } from '../render.js';

interface Options extends Given {
  keep: boolean;
}

const command: CommandModule<object, Options> = {
  command: 'demo',
  describe: 'watch a shop that never closes move between two throw-away servers, be paused by SQL and survive kill -9',
  builder: (yargs) =>
    yargs
      .option('keep', { type: 'boolean', default: false, describe: 'leave the servers up at the end, to look around' })
      .option('source', {
        type: 'string',
        describe: 'a database of yours for the shop; password as ${NAME}',
      })
      .option('target', { type: 'string', describe: 'an empty database of yours to move it to' })
      .hide('config'),
  handler: (argv) => demo(argv),
};

export default command;

async function demo(argv: Options): Promise<void> {
  refuseMistakes(argv);
  const stop = stopOnSignals();
  print('1. Two servers are started, and a shop is made in the first.');
  await onStage(argv, await connectors(), async (stage) => {
    showDoors(stage);
    await move(stage, stop);
    if (argv.keep) await keep(stop);
  });
  print(NEXT);
}

/** Half a pair is a mistake; and what stands on the command line, anybody on this machine can read. */
function refuseMistakes(given: Given): void {
  if ((given.source === undefined) !== (given.target === undefined))
    throw new Fault('operator', 'name both --source and --target, or neither');
  for (const side of ['source', 'target'] as const)
    if (/^\w+:\/\/[^/@]*:(?!\$\{\w+\}@)[^/]*@/.test(given[side] ?? ''))
      throw new Fault('operator', `--${side} holds a password, which others on this machine can see`, {
        hint: `write it as \${NAME} within quotes, with NAME in the environment, or leave it out where the database's own client finds it elsewhere`,
      });
}

function showDoors({ demo, config, folder }: Stage): void {
  print(`   source  ${demo.shell(config.source, folder)}`);
  print(`   target  ${demo.shell(config.target, folder)}`);
  print('   The shop is open: from now on somebody orders, pays, changes and deletes in it without rest.');
}

async function move(stage: Stage, stop: Stop): Promise<void> {
  const file = stage.config.file;
  print(`\n2. It is moved. The bar is SELECT * FROM wirekite.wirekite_status on the target.`);
  print(`   openkite init -c ${file}\n   openkite run --execute -c ${file}`);
  await new Openkite('init', '-c', file).done();
  const context = await contextOf({ config: file }, 'demo');
  const run = new Openkite('run', '--execute', '-c', file);
  try {
    await tell(new Scene(await context.control.get(), run, stop.draining), stage);
  } finally {
    await run.leave();
    await context.control.drop();
  }
}

async function keep(stop: Stop): Promise<void> {
  if (stop.draining.aborted) return;
  print('\nThe databases stay as they are until Enter or Ctrl-C. Look around with the commands under 1, for example:');
  print(
    '   SELECT * FROM wirekite.wirekite_progress;\n   SELECT * FROM wirekite.wirekite_history;\n   SELECT * FROM shop.revenue;',
  );
  const signalled = new Promise((resolve) => stop.draining.addEventListener('abort', resolve));
  await Promise.race([once(process.stdin, 'data'), signalled]);
}

const NEXT = `
Nothing is left of it. Next:
   npm run demo -- --keep    the same, and the servers stay up for you to look around
   openkite init             for two databases of your own: writes openkite.yaml; then doctor, run, run --execute`;
