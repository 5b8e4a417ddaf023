import { sleep } from '../base/clock.js';
import { explain } from '../base/fault.js';
import type { Extractor } from '../connector/extractor.js';
import { insertSample } from '../control/sample.js';
import { findStream } from '../control/stream.js';
import type { DaemonContext } from './daemon.js';
import { Session } from './session.js';
import { changesOf, streamOf } from './stream-name.js';

const EVERY_MS = 2_000;

/** Where the source's log is, every two seconds, in a PAUSE too: by that the lag is told without writing to the source. */
export async function sampleLog(context: DaemonContext, over: AbortSignal): Promise<void> {
  const source = new Session<Extractor>(() => context.openExtractor('sample'));
  for (; !over.aborted; await sleep(EVERY_MS, over)) {
    try {
      await sampleOnce(context, source);
    } catch (error) {
      context.log.warn(`the source's log was not sampled: ${explain(context.classify(error))}`);
      await source.drop();
    }
  }
  await source.drop();
}

async function sampleOnce(context: DaemonContext, source: Session<Extractor>): Promise<void> {
  const control = await context.control.get();
  const stream = await streamOf(context.config, control);
  if (!(await findStream(control, stream))) return;
  const changes = changesOf(await source.get(), stream);
  const { position, keptBytes, limitBytes } = await changes.sample();
  await insertSample(control, { position, bytes: changes.bytes(position), keptBytes, limitBytes });
}
