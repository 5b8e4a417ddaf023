import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/**
 * Names of unfinished files: `<name>.<host>-<pid>-<process>-<n>.part`. They say who writes, so that what the dead
 * left can be told from what the living write. `process` is drawn once per process: a pid comes again, in a
 * container at once (every incarnation is pid 1).
 */
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const self = randomBytes(4).toString('hex');
let parts = 0;

export const partName = (name: string): string => `${name}.${host}-${process.pid}-${self}-${++parts}.part`;

/** A part on another host cannot be asked for its writer: it counts as living for a day after its last byte. */
const ELSEWHERE_MS = 24 * 3600 * 1000;

export interface Part {
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  readonly process: string;
}

/** Undefined for a name that is no part's. */
export function parsePart(file: string): Part | undefined {
  const match = /^(.+)\.([0-9a-f]{8})-(\d+)-([0-9a-f]{8})-\d+\.part$/.exec(file);
  return match ? { name: match[1]!, host: match[2]!, pid: Number(match[3]), process: match[4]! } : undefined;
}

/**
 * Whether its writer may still be at work. `idleMs`: since its last byte, by the file system's own clock. If this
 * errs (two hosts of one name), the writer finds its part gone when it seals, and fails: time is lost, no row is.
 */
export function mayLive(part: Part, idleMs: number): boolean {
  if (part.host !== host) return idleMs < ELSEWHERE_MS;
  if (part.pid === process.pid) return part.process === self;
  try {
    process.kill(part.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it runs, as somebody else
  }
}
