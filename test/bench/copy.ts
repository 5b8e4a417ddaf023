import { benchSql, makeBed } from './bed.js';
import { openkite, pgcopydb, pipes, type Contender } from './contenders.js';
import { median } from './process.js';

/** Copies the same database with each contender in turn, `rounds` times over, and prints medians and ratios of one run. */
export async function benchCopy(rounds: number): Promise<void> {
  const able = [openkite, pipes, pgcopydb].filter((contender) => !skipped(contender));
  const bed = await makeBed(benchSql('shop'));
  const seconds = new Map<Contender, number[]>(able.map((contender) => [contender, []]));
  try {
    for (let round = 1; round <= rounds; round++)
      for (const contender of able) {
        const took = await contender.copy(bed.source, await bed.target());
        seconds.get(contender)?.push(took);
        console.log(`round ${round}: ${took.toFixed(2).padStart(6)} s  ${contender.name}`);
      }
  } finally {
    await bed.stop();
  }
  report(seconds);
}

function skipped({ name, missing }: Contender): boolean {
  if (missing !== undefined) console.log(`SKIPPED ${name}: ${missing} is not installed`);
  return missing !== undefined;
}

function report(seconds: ReadonlyMap<Contender, readonly number[]>): void {
  const ours = seconds.get(openkite) ?? [];
  console.log(`\nmedian ${median(ours).toFixed(2)} s  ${openkite.name}`);
  for (const [contender, theirs] of seconds) {
    if (contender === openkite) continue;
    const ratio = median(ours.map((s, round) => s / (theirs[round] ?? NaN)));
    console.log(`median ${median(theirs).toFixed(2)} s  ${contender.name}; openkite takes ${ratio.toFixed(2)} of it`);
  }
}
