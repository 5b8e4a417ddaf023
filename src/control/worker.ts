import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Db, Tx } from '../db/db.js';
import { ask } from './ask.js';

export type WorkerState = 'STARTING' | 'RUNNING' | 'PAUSING' | 'PAUSED' | 'STOPPING' | 'STOPPED' | 'DEAD';

/** One unit that claims work, with its sessions. */
export interface Unit {
  readonly worker: string;
  readonly role: string;
  readonly version: string;
  readonly sourceSession?: string;
  readonly targetSession?: string;
}

/** What a unit says of itself with every heartbeat. */
export interface Beat {
  readonly worker: string;
  readonly state: WorkerState;
  readonly why?: string;
  /** From which mark it would go on: `public.items.3.dkt 120000`. */
  readonly atMark?: string;
  /** The action that it obeys, and `Reading.readAt` of that reading. */
  readonly actionRead?: string;
  readonly actionReadAt?: string;
  readonly sourceSession?: string;
  readonly targetSession?: string;
  /** What its time goes into: `Activity`. */
  readonly activity?: Activity;
  /** The table that it works on. */
  readonly table?: string;
  /** Whose locks its session on the target waits for, where the server does not show that to everybody. */
  readonly blockedBy?: string;
  /** When it read the settings that it goes by. */
  readonly settingsReadAt?: string;
  /** Of its process: of one CPU, and resident. */
  readonly cpuShare?: number;
  readonly memoryBytes?: number;
  /** Since it began, at work. */
  readonly busySeconds?: number;
}

/** What a unit waits for, or does: for whoever looks what binds. */
export type Activity = 'IDLE' | 'SOURCE' | 'STORE' | 'TARGET' | 'TASK' | 'LOCK' | 'BUDGET' | 'THROTTLE';

/** The row had gone (`gone`), or others were free to take its claims over for a while (`lease`): look before going on. */
export interface Lost {
  readonly worker: string;
  readonly lost: 'lease' | 'gone';
}

export interface LivingWorker {
  readonly worker: string;
  readonly role: string;
  readonly host: string;
  readonly pid: string;
  readonly state: WorkerState;
  readonly why: string | null;
  readonly atMark: string | null;
  readonly targetSession: string | null;
  readonly leaseUntil: string;
}

/** An id that no other start of any process has: process ids and host names come back, and would share a lease. */
export const newWorkerId = (role: string, unit: number): string => `${role}-${unit}-${randomBytes(6).toString('hex')}`;

/** Seconds, where nobody has said otherwise. */
const LEASE = 15;

/** Makes the rows, with a lease from now. Rows of workers that ended a day ago go. */
export async function registerWorkers(
  tx: Tx,
  units: readonly Unit[],
  { host = hostname(), pid = process.pid, lease = LEASE } = {},
): Promise<void> {
  await ask(tx, 'forget_workers');
  await ask(tx, 'bury_workers');
  const rows = units.map((u) => ({
    worker: u.worker,
    role: u.role,
    host,
    pid,
    version: u.version,
    source_session: u.sourceSession,
    target_session: u.targetSession,
  }));
  await ask(tx, 'register_workers', { units: JSON.stringify(rows), lease });
}

/** One UPDATE for all units of a process: says what they do and renews their leases. Returns those that had lost theirs. */
export async function heartbeat(tx: Tx, units: readonly Beat[], lease = LEASE): Promise<Lost[]> {
  const beats = units.map((u) => ({
    worker: u.worker,
    state: u.state,
    why: u.why,
    at_mark: u.atMark,
    action_read: u.actionRead,
    action_read_at: u.actionReadAt === '' ? undefined : u.actionReadAt,
    source_session: u.sourceSession,
    target_session: u.targetSession,
    activity: u.activity,
    table_name: u.table,
    blocked_by: u.blockedBy,
    settings_read_at: u.settingsReadAt === '' ? undefined : u.settingsReadAt,
    cpu_share: u.cpuShare,
    memory_bytes: u.memoryBytes,
    busy_seconds: u.busySeconds ?? 0,
  }));
  const { rows } = await ask<{ worker: string; had_ended: string }>(tx, 'beat_workers', {
    units: JSON.stringify(beats),
    lease,
  });
  const seen = new Map(rows.map((row) => [row.worker, row.had_ended === 'YES']));
  return units
    .filter(({ worker }) => seen.get(worker) !== false)
    .map(({ worker }) => ({ worker, lost: seen.has(worker) ? 'lease' : 'gone' }));
}

/** Readers and loaders that were there at some time since then, together. */
export interface Utilisation {
  readonly workers: number;
  readonly busySeconds: number;
  /** From their registration to their last beat. */
  readonly allSeconds: number;
}

/** `since`: by the target's clock (`clock`). */
export async function readUtilisation(tx: Tx, since: string): Promise<Utilisation> {
  const { rows } = await ask<Record<string, string | null>>(tx, 'read_utilisation', { since });
  const { workers, busy, every } = rows[0] ?? {};
  return { workers: Number(workers ?? 0), busySeconds: Number(busy ?? 0), allSeconds: Number(every ?? 0) };
}

/** Ends the leases of a process that is known to be dead, so that nobody waits for them. Returns its workers. */
export async function endLeases(db: Db, process: { host: string; pid: number; why: string }): Promise<string[]> {
  const { rows } = await ask<{ worker: string }>(db, 'end_leases', { ...process });
  return rows.map((row) => row.worker);
}

/** Whether somebody has said STOP to the workers of this process, and to nobody else. */
export async function isStoppedAlone(tx: Tx, host: string, pid: number): Promise<boolean> {
  return (await ask(tx, 'stopped_workers', { host, pid })).rows.length > 0;
}

/** Says goodbye. Claims must have been released before. */
export async function leaveWorkers(tx: Tx, workers: readonly string[], why = ''): Promise<void> {
  await ask(tx, 'leave_workers', { workers: JSON.stringify(workers), why });
}

export async function livingWorkers(tx: Tx): Promise<LivingWorker[]> {
  const { rows } = await ask<Record<string, string>>(tx, 'living_workers');
  return rows.map((row) => ({
    worker: String(row['worker']),
    role: String(row['role']),
    host: String(row['host']),
    pid: String(row['pid']),
    state: row['state'] as WorkerState,
    why: row['why'] ?? null,
    atMark: row['at_mark'] ?? null,
    targetSession: row['target_session'] ?? null,
    leaseUntil: String(row['lease_until']),
  }));
}
