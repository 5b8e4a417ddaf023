/** What chance decides in a test: the same for the same seed. */
export class Lots {
  constructor(private seed: number) {}

  /** From 0 to 1 (mulberry32). */
  next(): number {
    const seed = (this.seed = (this.seed + 0x6d2b79f5) | 0);
    const mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    const twice = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((twice ^ (twice >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to n - 1. */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** One of a list, the more often the more it weighs. */
  weighed<T extends { readonly weight: number }>(list: readonly T[]): T {
    let left = this.next() * list.reduce((sum, { weight }) => sum + weight, 0);
    return list.find(({ weight }) => (left -= weight) < 0) ?? this.of(list);
  }
}

/** OPENKITE_SEED, or another one each time; printed, so that a failure can be repeated. */
export function printedSeed(): number {
  const seed = Number(process.env['OPENKITE_SEED'] ?? Date.now() % 1e9);
  console.log(`OPENKITE_SEED=${seed}`);
  return seed;
}
