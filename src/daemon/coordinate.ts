import { explain } from '../base/fault.js';
import type { Stop } from '../base/stop.js';
import { bestEffort } from '../run/best-effort.js';
import { Chronicle } from '../run/chronicle.js';
import { buryOwnDead } from './bury.js';
import type { Children } from './children.js';
import type { Context } from './context.js';
import { Coordinator, type RunOptions } from './coordinator.js';
import type { DaemonContext } from './daemon.js';
import type { Ending } from './ending.js';
import { EXIT } from './exit.js';
import { informed } from './known.js';
import { rollBack } from './roll-back.js';
import { policyDocument } from './schedule.js';
import { underControl } from './under-control.js';
import type { Unit } from './unit.js';

/**
 * The one that makes tasks ready, closes events, restarts daemons and says when a run is over. It moves no rows: if
 * it dies, daemons started elsewhere go on with what is ready, and the next `openkite run` takes over.
 */
export async function coordinate(
  context: Context,
  stop: Stop,
  children: Children,
  options: RunOptions,
): Promise<Ending> {
  await buryOwnDead(context);
  let ending: Ending = { code: EXIT.failed, why: 'it did not begin' };
  let known: DaemonContext | undefined;
  const word = await underControl(context, stop, {
    role: 'coordinate',
    run: async (live) => {
      known = await informed(live);
      const [unit] = await live.enlist(1);
      if (unit) ending = await chronicled(known, unit, children, options);
    },
    refresh: async () => void (await known?.renew()),
    knows: (table) => known?.has(table) ?? false,
  });
  return word === 'STOP' ? { code: EXIT.stopped, why: 'STOP was said' } : ending;
}

/** What happens is written down, if it can be; and where a table failed that must not, the way back is taken. */
async function chronicled(live: DaemonContext, unit: Unit, children: Children, options: RunOptions): Promise<Ending> {
  const { config, settings } = live;
  const { model } = config.execution;
  const attempt = bestEffort(live.log, () => live.control.get());
  const facts = { run: options.run, migration: config.migration, model, policy: () => policyDocument(settings()) };
  const chronicle = new Chronicle(facts, attempt);
  await chronicle.begin(await live.control.get());
  let ending = await new Coordinator(live, unit, children, options, chronicle).run();
  if (ending.goesBack) ending = await goBack(live, unit, ending, chronicle);
  const document = await chronicle.end(ending);
  options.snapshot?.(document);
  return ending;
}

/** A table that is critical has failed for good. Whatever stands against the way back is said, and nothing is lost. */
async function goBack(live: DaemonContext, { worker }: Unit, ending: Ending, chronicle: Chronicle): Promise<Ending> {
  const words = await rollBack(live, 'latest', worker).then(
    ({ checkpoint, tables }) =>
      `gone back to checkpoint ${checkpoint.id}: ${tables.length} tables are emptied, to be loaded again`,
    (error: unknown) => `not gone back to a checkpoint: ${explain(error)}`,
  );
  await chronicle.event(words);
  return { ...ending, trouble: [...(ending.trouble ?? []), words] };
}
