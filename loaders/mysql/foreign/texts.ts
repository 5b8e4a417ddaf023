import { formOf } from '../forms.js';
import { exactCollation } from '../server.js';
import type { Of, Translation, Use } from './types.js';

/** Longer ones are declared without a bound: with one, a row holds 65,535 bytes of all of them. */
export const BOUNDED = 1_000;

/** Of letters, digits and signs that every character set has. */
export const ascii = (length: number): Translation => ({
  type: `varchar(${length}) CHARACTER SET ascii COLLATE ascii_bin`,
});

/** A text of any length; where a key needs it, of as many characters as there is room for. */
export function anyText({ server, room }: Use, collation = exactCollation(server)): Translation {
  const words = `CHARACTER SET utf8mb4 COLLATE ${collation}`;
  if (room === undefined) return { type: `longtext ${words}` };
  const most = Math.floor(room / 4);
  return { type: `varchar(${most}) ${words}`, refuses: `more than ${most} characters, since a key needs it` };
}

export function text(value: Of<'text'>, use: Use): Translation {
  const { length, compares } = value;
  const collation = compares.padded ? 'utf8mb4_bin' : exactCollation(use.server);
  const meaning = compares.exact ? [] : ['that case and accents do not count in comparisons and keys'];
  const most = use.room === undefined ? (use.tight ? 0 : BOUNDED) : Math.floor(use.room / 4);
  if (length !== undefined && length <= most) return lost(bounded(value, length, collation), meaning);
  const bound = length !== undefined && use.room === undefined ? [`its bound of ${length} characters`] : [];
  return lost(anyText(use, collation), [...bound, ...meaning]);
}

function bounded(value: Of<'text'>, length: number, collation: string): Translation {
  const words = `CHARACTER SET utf8mb4 COLLATE ${collation}`;
  if (value.fixed && length <= 255) return { type: `char(${length}) ${words}`, ...formOf(value, false) };
  return { type: `varchar(${length}) ${words}` };
}

const lost = (translation: Translation, what: readonly string[]): Translation =>
  what.length === 0 ? translation : { ...translation, loses: what.join(', ') };
