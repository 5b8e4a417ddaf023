import type { z } from 'zod';
import { SETTINGS, type SettingName } from '../control/settings.js';

/** The same bounds as those that the server holds an UPDATE to. */
export function outOfBounds(name: string, value: number | string): string | undefined {
  const setting = Object.hasOwn(SETTINGS, name) ? SETTINGS[name as SettingName] : undefined;
  if (!setting) return `is no setting; there are ${Object.keys(SETTINGS).join(', ')}`;
  if (setting.kind === 'word')
    return new RegExp(setting.allowed).test(String(value))
      ? undefined
      : `is ${JSON.stringify(value)}, not ${setting.unit}`;
  const { min, max, unit } = setting;
  const isOne = setting.kind === 'integer' ? Number.isInteger(value) : typeof value === 'number';
  if (isOne && Number(value) >= min && Number(value) <= max) return undefined;
  return `is ${value}, not a ${setting.kind === 'integer' ? 'whole ' : ''}number from ${min} to ${max} (${unit})`;
}

export const bounded = (name: SettingName) => (value: number, context: z.RefinementCtx) => {
  const message = outOfBounds(name, value);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
};
