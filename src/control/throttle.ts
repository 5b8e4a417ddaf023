/** Rows and bytes per second; Infinity: no limit. */
export interface Rates {
  readonly rows: number;
  readonly bytes: number;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9 };

/**
 * What THROTTLE's value means: `rows=5000`, `bytes=20MB`, both with a blank between them, or `none`. Undefined when it
 * means nothing.
 */
export function parseThrottle(value: string | undefined): Rates | undefined {
  const words = (value ?? '').trim().split(/\s+/);
  if (words.length === 1 && words[0]?.toLowerCase() === 'none') return { rows: Infinity, bytes: Infinity };
  const rates = { rows: Infinity, bytes: Infinity };
  for (const word of words) {
    const [, name, digits, unit = ''] = /^(rows|bytes)=(\d{1,15})(B|KB|MB|GB)?$/i.exec(word) ?? [];
    const rate = Number(digits) * (UNITS[unit.toUpperCase()] ?? 1);
    if (name === undefined || rate === 0) return undefined;
    rates[name.toLowerCase() as keyof Rates] = rate;
  }
  return rates;
}
