import { unquoted, wordsOf } from './text.js';

/** What SHOW CREATE TABLE says of a column after its type. */
export interface ColumnText {
  /** After the word DEFAULT; NULL counts as none. */
  readonly default?: string;
  readonly generated?: { readonly expression: string; readonly stored: boolean };
  /** A bound of the row's time in a table that keeps its history. */
  readonly rowTime: boolean;
  readonly onUpdateNow: boolean;
  readonly counts: boolean;
  /** Its condition. */
  readonly check?: string;
  readonly comment?: string;
  /** What else is said, as it stands there. */
  readonly options: readonly string[];
}

/** How many words each of these takes, itself included; what is said elsewhere too is passed over. */
const PASSED: Readonly<Record<string, number>> = { CHARACTER: 3, COLLATE: 2, NOT: 2, NULL: 1, SRID: 2 };
const OPTIONS: Readonly<Record<string, number>> = {
  COLUMN_FORMAT: 2,
  STORAGE: 2,
  ENGINE_ATTRIBUTE: 2,
  SECONDARY_ENGINE_ATTRIBUTE: 2,
};

type Draft = { -readonly [K in keyof ColumnText]: ColumnText[K] } & { options: string[] };
type Read = (words: readonly string[], draft: Draft) => number;

/** Each reads what begins with its word, and says how many words that were. */
const READERS: Readonly<Record<string, Read>> = {
  DEFAULT: ([, value = ''], draft) => {
    if (value !== 'NULL') draft.default = value;
    return 2;
  },
  GENERATED: ([, , , expression = '', kind = ''], draft) => {
    if (expression === 'ROW') draft.rowTime = true;
    else draft.generated = { expression: expression.slice(1, -1), stored: kind !== 'VIRTUAL' };
    return 5;
  },
  ON: (_, draft) => {
    draft.onUpdateNow = true;
    return 3;
  },
  AUTO_INCREMENT: (_, draft) => {
    draft.counts = true;
    return 1;
  },
  COMMENT: ([, text = ''], draft) => {
    draft.comment = unquoted(text) ?? '';
    return 2;
  },
  CHECK: ([, condition = ''], draft) => {
    draft.check = condition.slice(1, -1);
    return 2;
  },
  WITHOUT: () => 3, // SYSTEM VERSIONING
  WITH: () => 3,
};

/** `text`: of a column's definition what follows its type. */
export function parseColumn(text: string): ColumnText {
  const words = wordsOf(text).map((word) => word.text);
  const draft: Draft = { rowTime: false, onUpdateNow: false, counts: false, options: [] };
  for (let i = 0; i < words.length;) {
    const word = words[i] ?? '';
    const passed = PASSED[word] ?? READERS[word]?.(words.slice(i), draft);
    const taken = OPTIONS[word] ?? 1;
    if (passed === undefined) draft.options.push(words.slice(i, i + taken).join(' '));
    i += passed ?? taken;
  }
  return draft;
}
