import type { ChangeSource, Extractor } from '../../connector/extractor.js';
import type { Command } from '../../control/command.js';
import { cutoverBlockers, finishStream, isAdmin } from '../../control/cutover.js';
import { appliedEverywhere } from '../../control/retention.js';
import { readSettings } from '../../control/setting.js';
import { findStream } from '../../control/stream.js';
import { countTasks, troubledTasks } from '../../control/task.js';
import { takeCheckpoint } from '../../control/checkpoint.js';
import { probe } from '../../base/probe.js';
import { cutoverState, isCutOver, writeCutOver, writeCutover, type CutoverState } from '../cut-over.js';
import { openCutover } from '../open-cutover.js';
import { firstAfter } from '../resolve-starts.js';
import { changesOf, streamOf } from '../stream-name.js';
import { firstChangeAfter } from './late-changes.js';
import { done, refused, seen, type Duty, type Obey, type Outcome } from './duty.js';

/**
 * The applications move over. Each step is written down before the next begins, so that whoever comes after a coordinator
 * that died goes on with the same end. Up to the opening everything can be taken back, and is where somebody still
 * writes to the source.
 */
export const obeyCutover: Obey = async (command, duty) => {
  const why = await refusal(command, duty);
  if (why !== undefined) return refused(why);
  const { context, control } = duty;
  const extractor = await context.openExtractor('cutover');
  try {
    const stream = await streamOf(context.config, control);
    const way: Way = { command, duty, extractor, stream, changes: changesOf(extractor, stream) };
    const state = await cutoverState(control);
    if (!state) return await fixEnd(way);
    if (state.endSeq === undefined) return await findEnd(way, state);
    if (state.lookedTo === undefined) return await drain(way, state, state.endSeq);
    if (!state.isOpen) return await openOrRefuse(way, state, state.endSeq, state.lookedTo);
    if (state.targetPosition === undefined) return await finishTasks(way, state);
    return await close(way, state, state.targetPosition);
  } finally {
    await extractor.close();
  }
};

interface Way {
  readonly command: Command;
  readonly duty: Duty;
  readonly extractor: Extractor;
  readonly stream: string;
  readonly changes: ChangeSource;
}

async function refusal({ id, author, scope }: Command, { context, control }: Duty): Promise<string | undefined> {
  if (scope !== '*') return "the whole migration is cut over: its scope is '*'";
  if (!context.config.changes) return 'no changes are followed: it is cut over by itself as soon as everything is in';
  if (await isCutOver(control)) return 'it was cut over already: the fixed setting cut_over says when';
  const { admins } = (await readSettings(control)).settings; // it may have been set just before
  if (!(await isAdmin(control, author, admins))) return `${author} is not in the setting admins`;
  const state = await cutoverState(control);
  if (state && state.command !== id) return `command ${state.command} is at it`;
  return undefined;
}

/** The lane may go on to what is in files now: whatever the end is, that comes before it. */
async function fixEnd({ command, duty, stream, changes }: Way): Promise<Outcome> {
  const { control, context } = duty;
  const blockers = await cutoverBlockers(control);
  if (blockers.length > 0) return refused(`not yet: ${blockers.join('; ')} (SELECT * FROM wirekite_cutover_ready)`);
  const known = await findStream(control, stream);
  const end = command.value ?? (await changes.sample()).position;
  if (!isPosition(end, changes)) return refused(`value is a position of the source's log, not ${end}`);
  if (!known || changes.compare(end, known.position) < 0)
    return refused(`the end ${end} is before ${known?.position}, up to where changes are recorded already`);
  const cause = `before the cutover of command ${command.id}`;
  await takeCheckpoint(control, { cause, keep: context.settings().checkpoint_keep });
  const state = { command: command.id, end, isGiven: command.value !== undefined };
  await control.transaction((tx) => writeCutover(tx, state, known.lastSeq));
  probe('V1');
  return seen(`the end is fixed at ${end}`);
}

function isPosition(text: string, changes: ChangeSource): boolean {
  try {
    return changes.compare(text, text) === 0;
  } catch {
    return false;
  }
}

async function findEnd({ duty, stream, changes }: Way, state: CutoverState): Promise<Outcome> {
  const { control, context } = duty;
  const known = await findStream(control, stream);
  if (!known || changes.compare(known.position, state.end) < 0)
    return seen(`the end is fixed at ${state.end}; changes are recorded up to ${known?.position}`);
  const endSeq = (await firstAfter(context, changes, state.end, known)) - 1;
  await control.transaction((tx) => writeCutover(tx, { ...state, endSeq }, endSeq));
  probe('V2');
  return seen(`the end is transaction ${endSeq}, at ${state.end}`);
}

async function drain({ duty, changes }: Way, state: CutoverState, endSeq: number): Promise<Outcome> {
  const { control } = duty;
  const { seq } = await appliedEverywhere(control);
  if (seq < endSeq) return seen(`the end is transaction ${endSeq}, at ${state.end}; applied everywhere is ${seq}`);
  const { position: lookedTo } = await changes.sample();
  await control.transaction((tx) => writeCutover(tx, { ...state, lookedTo }, endSeq));
  probe('V3');
  return seen(`all is applied up to transaction ${endSeq}; looks for later ones up to ${lookedTo}`);
}

/** Who still writes to the source would lose it: then nothing was done yet that cannot go on. */
async function openOrRefuse(way: Way, state: CutoverState, endSeq: number, lookedTo: string): Promise<Outcome> {
  const { duty, stream, changes, extractor } = way;
  const { control, context } = duty;
  const known = await findStream(control, stream);
  if (!known || changes.compare(known.position, lookedTo) < 0)
    return seen(`all is applied up to transaction ${endSeq}; looks for later ones up to ${lookedTo}`);
  const late = state.isGiven ? undefined : await firstChangeAfter(context, endSeq);
  if (late !== undefined) {
    await control.transaction((tx) => writeCutover(tx, undefined));
    return refused(
      `the source is still written to: transaction ${late} came after the end ${state.end}. ` +
        'Changes are followed as before; stop the applications, and say CUTOVER again',
    );
  }
  await openCutover(context, extractor, async (tx) => writeCutover(tx, { ...state, isOpen: true }, endSeq));
  probe('V4');
  return seen('the source is at its end; counters, triggers and identities are set');
}

async function finishTasks({ duty }: Way, state: CutoverState): Promise<Outcome> {
  const { control, context } = duty;
  const tasks = await countTasks(control);
  const failed = (await troubledTasks(control)).filter((task) => task.state === 'FAILED').map(({ id }) => id);
  if (failed.length > 0)
    return seen(`these steps failed: ${failed.join(', ')}; mend them in wirekite_task and say RETRY`);
  if (tasks.open > 0) return seen(`${tasks.open} steps are still to be done`);
  const loader = await context.openLoader('cutover');
  try {
    const targetPosition = await loader.logPosition();
    await control.transaction((tx) => writeCutover(tx, { ...state, targetPosition }, state.endSeq));
    probe('V5');
    return seen(`everything is done; the target's own log is at ${targetPosition || 'no place that it tells'}`);
  } finally {
    await loader.close();
  }
}

/** First nobody follows the stream any more, then it is dropped on the source. */
async function close(way: Way, { end, endSeq, targetPosition }: CutoverState, at: string): Promise<Outcome> {
  const { duty, stream, changes, command } = way;
  const { control } = duty;
  const late = await firstChangeAfter(duty.context, endSeq ?? 0);
  await finishStream(control, stream);
  probe('V6');
  await changes.remove();
  probe('V7');
  const words =
    `the source ended at ${end} (transaction ${endSeq}), the target begins at ${targetPosition || 'a place that its server does not tell'}; ` +
    `by command ${command.id} of ${command.author}` +
    (late === undefined ? '' : `; what the source committed after its end, from transaction ${late} on, is not there`);
  await control.transaction(async (tx) => {
    await writeCutOver(tx, words);
    await writeCutover(tx, undefined);
  });
  return done(`cut over: ${words}${at === '' ? '' : '. A migration back can begin there'}`);
}
