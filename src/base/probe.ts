/**
 * Named points at which a test may kill the process or make it fail. They cost one comparison with
 * `undefined` in production and cannot be armed without OPENKITE_TEST=1.
 *
 *   OPENKITE_CRASH=L5:2                SIGKILL to itself at the second passage of L5
 *   OPENKITE_CRASH=L1=SIGSTOP          another signal: this one freezes it there, until SIGCONT
 *   OPENKITE_FAULT=X4=ENOSPC           throw an error with that code at X4 (every passage; X4:3= the third only)
 *   OPENKITE_CRASH_MARKER=/tmp/reached the point's name is written there, with fsync, before the kill. Only the
 *                                      process that creates it strikes: not its siblings, nor who is started after it
 *
 * The letters are those of the catalogue in test/crash/README.md.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

interface Armed {
  readonly point: string;
  readonly passage: number | undefined;
  readonly code: string | undefined;
}

function parse(spec: string | undefined, kind: 'crash' | 'fault'): Armed | undefined {
  if (!spec || process.env['OPENKITE_TEST'] !== '1') return undefined;
  const match = /^([A-Z]+\d+)(?::(\d+))?(?:=(\w+))?$/.exec(spec);
  if (!match?.[1]) throw new Error(`cannot read the ${kind} point ${JSON.stringify(spec)}`);
  const passage = match[2] === undefined ? undefined : Number(match[2]);
  return { point: match[1], passage: kind === 'crash' ? (passage ?? 1) : passage, code: match[3] };
}

const crash = parse(process.env['OPENKITE_CRASH'], 'crash');
const fault = parse(process.env['OPENKITE_FAULT'], 'fault');
const armed = crash ?? fault;
let passages = 0;

/** Marks a labelled point. Does nothing unless a test armed exactly this one. */
export function probe(point: string): void {
  if (armed !== undefined && armed.point === point) strike(armed);
}

function strike(at: Armed): void {
  passages += 1;
  if (at.passage !== undefined && passages !== at.passage) return;
  if (at === crash) return die(at);
  throw Object.assign(new Error(`fault planted at ${at.point}`), { code: at.code ?? 'EIO' });
}

function die({ point, code = 'SIGKILL' }: Armed): void {
  const marker = process.env['OPENKITE_CRASH_MARKER'];
  if (marker && !leave(marker, point)) return;
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
