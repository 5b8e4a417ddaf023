/** What befalls a migration. */
import { sleep } from '../../src/base/clock.js';
import type { Lots } from '../crash/lots.js';
import { commandOf, until } from '../crash/run.js';
import type { Workplace } from '../crash/workplace.js';
import type { Server } from '../../extractors/postgres/server.js';
import type { Tap } from '../servers/tap.js';

export interface Mischief {
  /** How often, beside others. */
  readonly weight: number;
  /** Does it, and says what it was. */
  act(place: Workplace, lot: Lots): Promise<string>;
}

interface Sides<T> {
  readonly source: T;
  readonly target: T;
}

export const KILL: Mischief = {
  weight: 10,
  act: async (place, lot) => {
    const pid = await victim(place, lot);
    const who = roleOf(pid);
    signal(pid, 'SIGKILL');
    return `kill ${who}`;
  },
};

/** Some longer than a lease: whoever stood still must find that its work is somebody else's. */
export const FREEZE: Mischief = {
  weight: 2,
  act: async (place, lot) => {
    const pid = await victim(place, lot);
    const who = roleOf(pid);
    signal(pid, 'SIGSTOP');
    await sleep(lot.of([500, 3000, 18_000]));
    signal(pid, 'SIGCONT');
    return `freeze ${who}`;
  },
};

export const COMMAND: Mischief = {
  weight: 2,
  act: async (place, lot) => {
    const word = lot.of(['PAUSE', 'STOP'] as const);
    await persist(() => place.say(word));
    await sleep(lot.below(4000));
    await persist(() => place.say('RUN'));
    return word;
  },
};

export const cut = (taps: Sides<Tap>): Mischief => ({
  weight: 4,
  act: async (_, lot) => {
    const side = lot.of(['source', 'target'] as const);
    taps[side].cutAll();
    return `cut the connections of the ${side}`;
  },
});

/** Half of a message arrives, of any kind that was seen. */
export const cutWithin = (taps: Sides<Tap>): Mischief => ({
  weight: 4,
  act: async (_, lot) => {
    const side = lot.of(['source', 'target'] as const);
    const label = lot.of([...taps[side].seen]);
    const words = label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    taps[side].next = {
      at: new RegExp(`^${words}`),
      how: lot.of(['before', 'within', 'after']),
      passing: lot.below(20),
    };
    return `cut the ${side} at a message`;
  },
});

export const crash = (servers: Sides<Server>): Mischief => ({
  weight: 1,
  act: async (_, lot) => {
    const side = lot.of(['source', 'target'] as const);
    await servers[side].restart(lot.of(['immediate', 'fast']));
    return `crash the ${side}`;
  },
});

/** A process of the migration: the coordinator or a daemon. */
async function victim(place: Workplace, lot: Lots): Promise<number> {
  await until('somebody runs', () => place.processes.length > 0);
  return lot.of(place.processes);
}

/** By the words that started it: `run`, `extract change`. */
function roleOf(pid: number): string {
  const words = commandOf(pid)
    .split('\0')
    .filter((word) => !word.startsWith('--max'));
  const daemon = /(extract|load)ors\/main/.exec(words[1] ?? '');
  return daemon ? `${daemon[1]} ${words[2]}` : (words[2] ?? 'one that has just ended');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended by itself
  }
}

/** While a server is away nobody can be told anything. */
async function persist(work: () => Promise<unknown>): Promise<void> {
  await until('the target answers', () =>
    work().then(
      () => true,
      () => false,
    ),
  );
}
