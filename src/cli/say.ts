import { monotonic, sleep } from '../base/clock.js';
import { answerTo, insertCommand, type NewCommand } from '../control/command.js';
import type { Context } from '../daemon/context.js';
import { EXIT } from '../daemon/exit.js';
import { onControl } from './connectors.js';
import { print, visible } from './render.js';

const LOOK_MS = 500;

/** Writes a command. Says whether the database itself has refused it, which ends with 1. */
export async function say(context: Context, command: NewCommand): Promise<number | undefined> {
  const { id, state, result } = await onControl(context, (control) => insertCommand(control, command));
  print(`command ${id} is ${state}${result === undefined ? '' : `: ${visible(result)}`}`);
  if (state !== 'REFUSED') return id;
  process.exitCode = EXIT.failed;
  return undefined;
}

/** Writes a command and tells how far it is until it is settled. Not DONE within `seconds`: ends with 1, and the command stands. */
export async function sayAndWait(context: Context, command: NewCommand, seconds: number): Promise<void> {
  const id = await say(context, command);
  if (id === undefined) return;
  const deadline = monotonic() + seconds;
  for (let told = ''; monotonic() < deadline; await sleep(LOOK_MS)) {
    const answer = await onControl(context, (control) => answerTo(control, id));
    const words = `${answer?.state ?? 'gone'}${answer?.result === undefined ? '' : `: ${visible(answer.result)}`}`;
    if (words !== told && answer?.state !== 'PENDING') print(words);
    told = words;
    if (answer?.state === 'DONE') return;
    if (answer?.state !== 'PENDING' && answer?.state !== 'SEEN') return fail();
  }
  print(`not within ${seconds} s: it stands, and whoever coordinates goes on with it`);
  fail();
}

function fail(): void {
  process.exitCode = EXIT.failed;
}
