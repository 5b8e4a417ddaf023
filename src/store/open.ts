import { Fault } from '../base/fault.js';
import { openDirectory } from './directory.js';
import type { ChunkStore } from './store.js';

/** Opens the store that the configuration names: a directory's path. Fault `operator` when it cannot be used. */
export async function openStore(location: string): Promise<ChunkStore> {
  const scheme = /^([a-z0-9+]+):\/\//i.exec(location)?.[1];
  if (scheme === undefined) return openDirectory(location);
  throw new Fault('operator', `chunks cannot be kept at ${scheme}://: this version keeps them in a directory`, {
    code: 'CHUNK_STORE',
    hint: 'Set chunks.store to a path that source and target daemons both reach.',
  });
}
