import { probe } from '../base/probe.js';
import type { Extractor } from '../connector/extractor.js';
import { finishEvent, insertTasks } from '../control/task.js';
import type { Tx } from '../db/db.js';
import { CUTOVER } from '../model/step.js';
import type { DaemonContext } from './daemon.js';

/**
 * What waits for the cutover may be done: counters are read when the last row is in, so that they never fall behind a row
 * that was moved. Where the source was followed they begin beyond it by a margin. `also`: within the same transaction.
 */
export async function openCutover(
  context: DaemonContext,
  extractor: Extractor,
  also: (tx: Tx) => Promise<void> = async () => undefined,
): Promise<void> {
  const loader = await context.openLoader('cutover');
  try {
    const margin = context.config.changes ? context.settings().sequence_margin : 0;
    const steps = loader.sequenceSteps(await extractor.sequences(), margin);
    await (
      await context.control.get()
    ).transaction(async (tx) => {
      await insertTasks(tx, steps);
      await finishEvent(tx, CUTOVER);
      await also(tx);
    });
    probe('Z3');
  } finally {
    await loader.close();
  }
}
