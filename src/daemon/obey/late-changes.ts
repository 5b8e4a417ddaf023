import { changeFiles, type ChangeFile } from '../../control/start.js';
import { openCkt } from '../../format/ckt-reader.js';
import type { DaemonContext } from '../daemon.js';

/** The first transaction after `seq` that has changed anything: the marks of a log without changes of ours have not. */
export async function firstChangeAfter(context: DaemonContext, seq: number): Promise<number | undefined> {
  for (const file of await changeFiles(await context.control.get(), { afterSeq: seq })) {
    const found = await firstIn(context, file, seq);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function firstIn(
  { store, config }: DaemonContext,
  { number, checksum }: ChangeFile,
  after: number,
): Promise<number | undefined> {
  const reader = await openCkt(store, number, { migration: config.migration, checksum });
  let seq = reader.header.first;
  try {
    for await (const items of reader.items())
      for (const item of items) {
        if (item.kind === 'begin') seq = item.seq;
        if (seq > after && (item.kind === 'row' || item.kind === 'truncate')) return seq;
      }
    return undefined;
  } finally {
    await reader.close();
  }
}
