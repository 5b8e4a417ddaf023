import { freemem, totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

/** How this process stands with memory, as parts of what there is: of its heap, what is used; of its host, what is free. */
export function memory(): { readonly heap: number; readonly free: number } {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return { heap: used / limit, free: freemem() / totalmem() };
}
