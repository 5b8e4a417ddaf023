import type { CommandModule } from 'yargs';
import { commandSql } from '../../control/command.js';
import { readReadiness } from '../../control/cutover.js';
import { EXIT } from '../../daemon/exit.js';
import { contextOf, onControl } from '../connectors.js';
import { print, table } from '../render.js';
import { sayAndWait } from '../say.js';

interface Options {
  config: string;
  execute: boolean;
  sql: boolean;
  seconds: number;
}

const command: CommandModule<object, Options> = {
  command: 'cutover',
  describe: 'let the target take the source’s place; without --execute, say what stands against it',
  builder: {
    execute: { type: 'boolean', default: false, describe: 'say CUTOVER, and wait for its end' },
    sql: { type: 'boolean', default: false, describe: 'print the statements instead of running them' },
    seconds: { type: 'number', default: 600, describe: 'how long to wait, then end with 1; the cutover goes on' },
  } as never,
  handler: (argv) => cutover(argv),
};

export default command;

async function cutover(argv: Options): Promise<void> {
  const context = await contextOf(argv, 'cli');
  const { schema } = context.config.control;
  const wish = { action: 'CUTOVER' };
  if (argv.sql) return print(`SELECT * FROM ${schema}.wirekite_cutover_ready;\n${commandSql(schema, wish)}`);
  if (argv.execute) return sayAndWait(context, wish, argv.seconds);
  const items = await onControl(context, readReadiness);
  print(
    table(
      items.map(({ item, isMet, found, whatToDo }) => ({
        item,
        met: isMet ? 'yes' : 'NO',
        found,
        to_do: isMet ? '' : whatToDo,
      })),
    ),
  );
  const ready = items.every(({ isMet }) => isMet);
  print(ready ? 'Stop who writes to the source; then --execute does it.' : 'It would be refused now.');
  if (!ready) process.exitCode = EXIT.misused;
}
