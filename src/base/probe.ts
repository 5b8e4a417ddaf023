/**
 * Named points at which a test may kill the process or make it fail. They cost one comparison with
 * `undefined` in production and cannot be armed without OPENKITE_TEST=1.
 *
 *   OPENKITE_CRASH=L5:2                SIGKILL to itself at the second passage of L5
 *   OPENKITE_CRASH=L1=SIGSTOP          another signal: this one freezes it there, until SIGCONT
 *   OPENKITE_CRASH=C3,A2:9             several points, each of which strikes once
 *   OPENKITE_FAULT=X4=ENOSPC           throw an error with that code at X4 (every passage; X4:3= the third only)
 *   OPENKITE_CRASH_MARKER=/tmp/reached /tmp/reached.L5 is made, with fsync, before the kill. Only the process that
 *                                      makes it strikes: not its siblings, nor who is started after it
 *
 * The letters are those of the catalogue in test/crash/README.md.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

interface Armed {
  readonly point: string;
  readonly passage: number | undefined;
  readonly code: string | undefined;
  passages: number;
}

const SPEC = /^([A-Z]+\d+)(?::(\d+))?(?:=(\w+))?$/;

function parse(specs: string | undefined, kind: 'crash' | 'fault'): Armed[] {
  if (!specs || process.env['OPENKITE_TEST'] !== '1') return [];
  return specs.split(',').map((spec) => {
    const [, point, passage, code] = SPEC.exec(spec) ?? [];
    if (!point) throw new Error(`cannot read the ${kind} point ${JSON.stringify(spec)}`);
    const first = kind === 'crash' ? 1 : undefined;
    return { point, passage: passage === undefined ? first : Number(passage), code, passages: 0 };
  });
}

const crashes = parse(process.env['OPENKITE_CRASH'], 'crash');
const faults = parse(process.env['OPENKITE_FAULT'], 'fault');
const all = [...crashes, ...faults];
const armed = all.length === 0 ? undefined : all;

/** Marks a labelled point. Does nothing unless a test armed exactly this one. */
export function probe(point: string): void {
  if (armed !== undefined) for (const one of armed) if (one.point === point) strike(one);
}

function strike(at: Armed): void {
  at.passages += 1;
  if (at.passage !== undefined && at.passages !== at.passage) return;
  if (crashes.includes(at)) return die(at);
  throw Object.assign(new Error(`fault planted at ${at.point}`), { code: at.code ?? 'EIO' });
}

function die({ point, code = 'SIGKILL' }: Armed): void {
  const marker = process.env['OPENKITE_CRASH_MARKER'];
  if (marker && !leave(`${marker}.${point}`, point)) return;
  process.kill(process.pid, code);
  // A signal reaches the process within a moment, in which nothing more may be done.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
}

function leave(marker: string, point: string): boolean {
  try {
    const file = openSync(marker, 'wx');
    writeSync(file, point);
    fsyncSync(file);
    closeSync(file);
    return true;
  } catch {
    return false; // somebody has struck before
  }
}
