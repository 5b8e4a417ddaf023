import { createHash } from 'node:crypto';
import { Fault } from '../base/fault.js';
import type { ChangeSource, Extractor } from '../connector/extractor.js';
import { readFixed } from '../control/set-up.js';
import type { Tx } from '../db/db.js';
import type { Config } from './config.js';

/** What a migration's change stream is called on the source: no other migration, to whatever target, has the same name. */
export function streamName({ migration, control }: Pick<Config, 'migration' | 'control'>, target: string): string {
  const readable = migration
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '_')
    .slice(0, 40);
  const digest = createHash('sha256').update(`${target}\n${control.schema}\n${migration}`).digest('hex').slice(0, 8);
  return `openkite_${readable}_${digest}`;
}

/** The same of a migration that is set up. */
export const streamOf = async (config: Parameters<typeof streamName>[0], control: Tx): Promise<string> =>
  streamName(config, (await readFixed(control)).get('target') ?? '');

export function changesOf(extractor: Extractor, stream: string): ChangeSource {
  const changes = extractor.changes?.(stream);
  if (changes) return changes;
  throw new Fault('operator', 'changes of this source cannot be followed', { hint: 'set changes: false' });
}
