#!/usr/bin/env node
import { readdirSync } from 'node:fs';
import yargs, { type CommandModule } from 'yargs';
import { hideBin } from 'yargs/helpers';
import { explain, Fault } from '../base/fault.js';
import { VERSION } from '../base/version.js';
import { EXIT, exitOf } from '../daemon/exit.js';
import { visible } from './render.js';

const folder = new URL('./commands/', import.meta.url);

/** One file per verb, found and not listed. A file may export several commands that differ in one word. */
async function commands(): Promise<CommandModule[]> {
  const files = readdirSync(folder).filter((file) => /^[a-z-]+\.(js|ts)$/.test(file));
  const modules = await Promise.all(
    files.map((file) => import(new URL(file, folder).href) as Promise<{ default: CommandModule | CommandModule[] }>),
  );
  const found = modules.flatMap((module) => module.default);
  return found.sort((a, b) => String(a.command).localeCompare(String(b.command)));
}

async function main(words: readonly string[]): Promise<void> {
  const parser = yargs([...words])
    .scriptName('openkite')
    .usage('$0 <verb> [-c openkite.yaml]\n\nMoves databases; a DBA drives it with SQL.')
    .option('config', { alias: 'c', type: 'string', default: 'openkite.yaml', describe: 'configuration file' })
    .command(await commands())
    .version(VERSION)
    .wrap(Math.min(120, process.stdout.columns ?? 100))
    .epilogue(EPILOGUE)
    .demandCommand(1, 'say what to do')
    .recommendCommands()
    .strict()
    .fail((message, error: Error | undefined) => {
      throw error ?? misused(words, message);
    })
    .exitProcess(false);
  if (words.length === 0) return misspoken(await parser.getHelp());
  await parser.parseAsync();
}

const EPILOGUE = `First: openkite demo. For databases of your own: init, doctor, run, run --execute; then status, pause, resume, stop.
Exit codes: 0 done, 1 failed, 2 wrong use or configuration, 4 ended by STOP, 5 caught up with rows in wirekite_error.`;

/** In our words: the parser calls a verb that there is not an unknown argument, or asks whether we meant another. */
function misused([verb = '']: readonly string[], message: string): Fault {
  const meant = /^Did you mean (.*)\?/.exec(message)?.[1];
  const unknown = meant !== undefined || (!verb.startsWith('-') && message === `Unknown argument: ${verb}`);
  const words = unknown ? `there is no verb ${verb}${meant === undefined ? '' : `; did you mean ${meant}?`}` : message;
  return new Fault('operator', visible(words.replace(/\s+/g, ' ')), {
    hint: 'openkite --help lists the verbs, openkite <verb> --help its options',
  });
}

/** Nothing was asked: the help is the answer, but no success. */
function misspoken(help: string): void {
  process.stderr.write(`${help}\n`);
  process.exitCode = EXIT.misused;
}

try {
  await main(hideBin(process.argv));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = exitOf(error);
}
// A verb that has ended has ended: no session or timer that is left over may keep the process.
process.exit(process.exitCode ?? EXIT.done);
