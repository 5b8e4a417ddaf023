import { Fault } from '../base/fault.js';
import type { Db, Tx } from '../db/db.js';
import { ask } from './ask.js';
import { SETTINGS, type SettingName, type Settings } from './settings.js';

export const defaultSettings = (): Settings =>
  Object.fromEntries(Object.entries(SETTINGS).map(([name, s]) => [name, s.default])) as unknown as Settings;

/** Adds what is missing; what is there stays. */
export async function insertSettings(tx: Tx): Promise<void> {
  const rows = Object.entries(SETTINGS).map(([name, s]) => ({
    name,
    kind: s.kind,
    default_value: String(s.default),
    min_value: s.kind === 'word' ? null : s.min,
    max_value: s.kind === 'word' ? null : s.max,
    allowed: s.kind === 'word' ? s.allowed : null,
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

/** What is in force, and when that was read by the target's clock. */
export interface SettingsRead {
  readonly settings: Settings;
  readonly readAt: string;
  /** Some were set, and nobody has said yet that all who live have read them. */
  readonly pending: boolean;
}

export async function readSettings(tx: Tx): Promise<SettingsRead> {
  const { rows } = await ask<{ name: string; value: string | null; read_at: string; pending: string }>(
    tx,
    'read_settings',
  );
  const known = rows.filter((row) => Object.hasOwn(SETTINGS, row.name) && row.value !== null);
  const values = known.map((row) => [row.name, inItsKind(row.name as SettingName, row.value ?? '')] as const);
  return {
    settings: { ...defaultSettings(), ...Object.fromEntries(values) },
    readAt: rows[0]?.read_at ?? '',
    pending: rows.some((row) => row.pending === 'YES'),
  };
}

const inItsKind = (name: SettingName, value: string): number | string =>
  SETTINGS[name].kind === 'word' ? value : Number(value);

/** Says that settings are in effect which everybody who lives has read since they were set. */
export async function stampSettings(db: Db): Promise<void> {
  await ask(db, 'stamp_settings');
}
