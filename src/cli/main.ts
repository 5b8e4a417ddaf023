#!/usr/bin/env node
import { readdirSync } from 'node:fs';
import yargs, { type CommandModule } from 'yargs';
import { hideBin } from 'yargs/helpers';
import { explain, Fault } from '../base/fault.js';
import { EXIT, exitOf } from '../daemon/exit.js';

const folder = new URL('./commands/', import.meta.url);

/** One file per verb, found and not listed. A file may export several commands that differ in one word. */
async function commands(): Promise<CommandModule[]> {
  const files = readdirSync(folder).filter((file) => /^[a-z-]+\.(js|ts)$/.test(file));
  const modules = await Promise.all(
    files.map((file) => import(new URL(file, folder).href) as Promise<{ default: CommandModule | CommandModule[] }>),
  );
  return modules.flatMap((module) => module.default);
}

async function main(): Promise<void> {
  const parser = yargs(hideBin(process.argv))
    .scriptName('openkite')
    .usage('$0 <verb> [-c openkite.yaml]\n\nMoves databases; a DBA drives it with SQL.')
    .option('config', { alias: 'c', type: 'string', default: 'openkite.yaml', describe: 'configuration file' })
    .command(await commands())
    .demandCommand(1, 'say what to do; --help lists the verbs')
    .recommendCommands()
    .strict()
    .fail((message, error: unknown) => {
      throw error ?? new Fault('operator', message, { hint: 'openkite --help' });
    })
    .exitProcess(false);
  await parser.parseAsync();
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = exitOf(error);
}
// A verb that has ended has ended: no session or timer that is left over may keep the process.
process.exit(process.exitCode ?? EXIT.done);
