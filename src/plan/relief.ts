/** How a process stands with memory. */
export interface Memory {
  /** Of what its heap may be, the part in use. */
  readonly heap: number;
  /** Of the host's, or of what the process may have of it, the part that is free. */
  readonly free: number;
}

export interface Relief {
  /** Sessions fewer than it is to have. */
  readonly fewer: number;
  /** Looks in a row at which memory was not short. */
  readonly calm: number;
}

export const NO_RELIEF: Relief = { fewer: 0, calm: 0 };

const FULL_HEAP = 0.85;
const LITTLE_FREE = 0.05;
/** So often memory must not have been short before one that left comes back: what it held must not be missed at once again. */
const CALM = 6;

export const isShort = ({ heap, free }: Memory): boolean => heap > FULL_HEAP || free < LITTLE_FREE;

/** One session after the other gives its claim back while memory is short, for others to take; the last one stays. */
export function nextRelief({ fewer, calm }: Relief, memory: Memory, sessions: number): Relief {
  if (isShort(memory)) return { fewer: Math.min(Math.max(0, sessions - 1), fewer + 1), calm: 0 };
  if (fewer > 0 && calm + 1 >= CALM) return { fewer: fewer - 1, calm: 0 };
  return { fewer, calm: calm + 1 };
}
