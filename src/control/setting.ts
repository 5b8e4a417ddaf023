import { Fault } from '../base/fault.js';
import type { Db, Tx } from '../db/db.js';
import { ask } from './ask.js';

const MiB = 1 << 20;

/** Every tunable: its default, its bounds and what it means to a DBA. All are whole numbers. */
export const SETTINGS = {
  extract_connections: tunable(4, 1, 64, 'sessions', 'slices that are read from the source at the same time'),
  load_connections: tunable(4, 1, 64, 'sessions', 'chunks that are loaded, and indexes built, at the same time'),
  slice_bytes: tunable(16 * MiB, MiB, 1024 * MiB, 'bytes', 'how much of a table one chunk file holds, about'),
  batch_bytes: tunable(64 * MiB, 65536, 1024 * MiB, 'bytes', 'how much is loaded between two commits, about'),
  budget_bytes: tunable(10_000_000_000, MiB, 1e15, 'bytes', 'chunks not yet loaded; beyond it extraction waits'),
  keep_seconds: tunable(900, 0, 864_000, 'seconds', 'how long a loaded chunk file is kept'),
  grace_seconds: tunable(30, 1, 3600, 'seconds', 'how long the last word holds while wirekite_action cannot be read'),
  poll_seconds: tunable(5, 1, 300, 'seconds', 'how often wirekite_action is read when nothing wakes the reader'),
  stop_seconds: tunable(60, 0, 86_400, 'seconds', 'how long STOP waits for a statement before it cancels it'),
  lock_timeout_seconds: tunable(10, 1, 3600, 'seconds', 'how long a statement waits for a lock on the target'),
  max_retries: tunable(3, 0, 1000, 'times', 'tries after the first one, for faults that pass'),
  work_memory_bytes: tunable(256 * MiB, MiB, 1e12, 'bytes', 'memory of one session that builds an index'),
  seal_bytes: tunable(64 * MiB, 65536, 1024 * MiB, 'bytes', 'how much one file of changes holds, about'),
  changes_bytes: tunable(
    5_000_000_000,
    MiB,
    1e15,
    'bytes',
    'changes not yet applied; beyond it they wait on the source',
  ),
  window_bytes: tunable(16 * MiB, MiB, 1024 * MiB, 'bytes', 'how much of changes is applied as one set'),
  window_keys: tunable(40_000, 1, 10_000_000, 'keys', 'of how many rows changes are applied as one set'),
  idle_log_bytes: tunable(
    16 * MiB,
    1,
    1e12,
    'bytes',
    'log without changes of ours that the source keeps before a file says so',
  ),
  keep_snapshot_seconds: tunable(0, 0, 864_000, 'seconds', 'how long PAUSE may hold the snapshot; 0 is no limit'),
} as const;

interface Tunable {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  readonly meaning: string;
}

function tunable(standard: number, min: number, max: number, unit: string, meaning: string): Tunable {
  return { default: standard, min, max, unit, meaning };
}

export type SettingName = keyof typeof SETTINGS;
export type Settings = Readonly<Record<SettingName, number>>;

export const defaultSettings = (): Settings =>
  Object.fromEntries(Object.entries(SETTINGS).map(([name, s]) => [name, s.default])) as Record<SettingName, number>;

/** Adds what is missing; what is there stays. */
export async function insertSettings(tx: Tx): Promise<void> {
  const rows = Object.entries(SETTINGS).map(([name, s]) => ({
    name,
    kind: 'integer',
    default_value: String(s.default),
    min_value: s.min,
    max_value: s.max,
    unit: s.unit,
    meaning: s.meaning,
  }));
  await ask(tx, 'insert_settings', { settings: JSON.stringify(rows) });
}

/**
 * The file's values replace defaults and those of an earlier file; what SQL has set stays in force. Returns a sentence
 * for each setting whose file value is overruled. Throws when a value is out of its bounds.
 */
export async function applyFileSettings(tx: Tx, file: Partial<Settings>): Promise<string[]> {
  const text = Object.fromEntries(Object.entries(file).map(([name, value]) => [name, String(value)]));
  const unknown = Object.keys(text).filter((name) => !Object.hasOwn(SETTINGS, name));
  if (unknown.length > 0) throw new Fault('operator', `there is no setting ${unknown.join(', ')}`);
  await ask(tx, 'apply_file', { file: JSON.stringify(text) });
  const { rows } = await ask<Record<string, string | null>>(tx, 'overridden_settings');
  return rows.map(
    (row) =>
      `${row['name']} is ${row['value']} (${row['set_by']}), not ${row['file_value'] ?? row['default_value']}; ` +
      `UPDATE wirekite_setting SET value = NULL WHERE name = '${row['name']}' returns to the file`,
  );
}

/** What is in force now. */
export async function readSettings(tx: Tx): Promise<Settings> {
  const { rows } = await ask<{ name: string; value: string | null }>(tx, 'read_settings');
  const known = rows.filter((row) => Object.hasOwn(SETTINGS, row.name) && row.value !== null);
  return { ...defaultSettings(), ...Object.fromEntries(known.map((row) => [row.name, Number(row.value)])) };
}

/** Says that the values which were read last are in effect now. */
export async function stampSettings(db: Db): Promise<void> {
  await ask(db, 'stamp_settings');
}
