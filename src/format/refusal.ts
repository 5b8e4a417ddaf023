import { Fault } from '../base/fault.js';

/** Why a file is not read. Each is `permanent`: reading again finds the same bytes. */
export type Refusal =
  'CHUNK_EMPTY' | 'CHUNK_CUT' | 'CHUNK_DAMAGED' | 'CHUNK_FOREIGN' | 'CHUNK_VERSION' | 'CHUNK_SWAPPED' | 'CHUNK_STALE';

const hints: Record<Refusal, string> = {
  CHUNK_EMPTY: 'Put the right file back, or have the chunk extracted again.',
  CHUNK_CUT: 'Copy the file again whole, or have the chunk extracted again.',
  CHUNK_DAMAGED: 'Check the disk or the copy, then put the right file back or have the chunk extracted again.',
  CHUNK_FOREIGN: 'Take it out of the chunk store and put the right file there.',
  CHUNK_VERSION: 'Run the same version of openkite on both sides.',
  CHUNK_SWAPPED: 'Put each file back under its own name.',
  CHUNK_STALE: 'Put the newest copy back, or have the chunk extracted again.',
};

/** Names both figures. `safe` defaults to what holds when a file is refused before its first row. */
export function refused(
  code: Refusal,
  chunk: string,
  what: string,
  expected: string | number,
  found: string | number,
  safe = 'no row of this file was sent',
): Fault {
  const message = `${what}: expected ${expected}, found ${found}`;
  return new Fault('permanent', message, { code, place: { chunk }, safe, hint: hints[code] });
}
