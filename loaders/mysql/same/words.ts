import { quoteIdentifier } from '../../../src/db/mysql/quote.js';
import type { Column, Constraint, Index } from '../../../src/model/schema.js';
import { translate, type Translation } from '../foreign/types.js';
import { formOf } from '../forms.js';
import type { Moved } from '../targets.js';

/** The source's words with names of the home database, and of collations, as they are there. */
export const said = (moved: Moved, words: string): string =>
  collated(moved, words.replaceAll(`${quoteIdentifier(moved.schema.home)}.`, `${quoteIdentifier(moved.home)}.`));

/** Types that only MariaDB has are what they are of another dialect. */
export function typeFor(moved: Moved, column: Column): Translation {
  const only = column.value.kind === 'uuid' || column.value.kind === 'network';
  if (only && !moved.server.mariadb) return translate(column.value, { server: moved.server, room: undefined });
  const type = said(moved, column.type);
  const loses = type === column.type ? {} : { loses: `its collation, ${/COLLATE (\w+)/.exec(column.type)?.[1]}` };
  return { type, ...formOf(column.value, true), ...loses };
}

/** MySQL wants brackets around all but constants and the time. */
export function defaultFor(moved: Moved, { default: given }: Column): string | undefined {
  if (given === undefined) return undefined;
  const words = said(moved, given.definition);
  const isPlain = /^([(\d'-]|_\w+'|b'|x'|current_timestamp|true|false|null)/i.test(words);
  return `DEFAULT ${isPlain || moved.server.mariadb ? words : `(${words})`}`;
}

/** Said in words that only the other branch of the family knows. */
export const isUnknown = (moved: Moved, part: Constraint | Index): boolean =>
  !moved.isAlike && (('kind' in part && part.kind === 'check' && part.condition === undefined) || isByExpression(part));

const isByExpression = (part: Constraint | Index): boolean => 'unique' in part && part.plain === undefined;

const UCA = /\b(utf8mb4|utf8mb3|utf8)_uca1400(?:_\w+?)??(?:_nopad)?_(ai_ci|as_ci|as_cs|ai_cs)\b/g;

/** Collations of the other branch, by the nearest that there is. */
function collated({ isAlike, server }: Moved, words: string): string {
  if (isAlike) return words;
  if (!server.mariadb)
    return words
      .replace(UCA, 'utf8mb4_0900_$2')
      .replace(/\butf8mb4_nopad_bin\b/g, server.version >= 80_017 ? 'utf8mb4_0900_bin' : 'utf8mb4_bin')
      .replace(/\b(\w+?)_nopad_(bin|ci)\b/g, '$1_$2');
  return words
    .replace(/\butf8mb4_0900_bin\b/g, 'utf8mb4_nopad_bin')
    .replace(/\butf8mb4_(?:\w+_)?0900_(ai_ci|as_ci|as_cs)\b/g, (_, kind: string) =>
      server.version >= 101_001 ? `utf8mb4_uca1400_nopad_${kind}` : 'utf8mb4_unicode_520_nopad_ci',
    );
}
