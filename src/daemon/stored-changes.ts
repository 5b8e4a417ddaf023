import { parseName } from '../format/name.js';
import type { ChunkStore } from '../store/store.js';

/** The numbers of all sealed files of changes in the store, in order. */
export async function storedChanges(store: ChunkStore): Promise<number[]> {
  const numbers = (await store.list()).flatMap(({ name }) => {
    const parsed = parseName(name);
    return parsed?.kind === 'ckt' ? [parsed.number] : [];
  });
  return numbers.sort((a, b) => a - b);
}
