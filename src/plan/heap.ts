/** Whether `a` comes before `b`. A total order, for the same items must come out in the same order. */
export type Before<T> = (a: T, b: T) => boolean;

/** Adds to a binary heap, of which the first item is that which comes before all others. O(log n). */
export function push<T>(heap: T[], item: T, before: Before<T>): void {
  let at = heap.push(item) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!before(item, heap[parent] as T)) break;
    heap[at] = heap[parent] as T;
    at = parent;
  }
  heap[at] = item;
}

/** Takes the first item off; undefined: there is none. O(log n). */
export function pop<T>(heap: T[], before: Before<T>): T | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (heap.length > 0) sink(heap, last as T, before);
  return first;
}

/** Puts an item where it belongs, from the top down. */
function sink<T>(heap: T[], item: T, before: Before<T>): void {
  let at = 0;
  for (;;) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    if (left >= heap.length) break;
    const child = right < heap.length && before(heap[right] as T, heap[left] as T) ? right : left;
    if (!before(heap[child] as T, item)) break;
    heap[at] = heap[child] as T;
    at = child;
  }
  heap[at] = item;
}
