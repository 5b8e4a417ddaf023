/** Seconds before the nth retry (n from 1): 2, 4, 8 … at most 30, with up to a quarter of jitter taken off. */
export function backoffSeconds(retry: number, random: () => number = Math.random): number {
  const full = Math.min(30, 2 ** Math.max(1, retry));
  return full * (1 - random() / 4);
}
