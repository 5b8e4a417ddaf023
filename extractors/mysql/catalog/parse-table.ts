import type { PlainIndex, Referential } from '../../../src/model/schema.js';
import { bracketed, leadingName, listOf, wordsOf } from './text.js';

/** The text of SHOW CREATE TABLE, taken apart. */
export interface TableText {
  /** By name: what follows it. */
  readonly columns: ReadonlyMap<string, string>;
  readonly keys: readonly KeyText[];
  readonly foreignKeys: readonly ForeignKeyText[];
  readonly checks: readonly CheckText[];
  /** Of what follows the columns: `ENGINE=InnoDB`, `DEFAULT CHARSET=latin1`. */
  readonly options: readonly string[];
  /** `PARTITION BY …`, as it stands there. */
  readonly partitions?: string;
}

/** Definitions can stand behind ALTER TABLE … ADD. */
export interface KeyText {
  readonly name: string;
  readonly kind: 'PRIMARY' | 'UNIQUE' | 'FULLTEXT' | 'SPATIAL' | '' | 'other';
  readonly definition: string;
  /** Undefined: by expressions. */
  readonly parts?: PlainIndex['parts'];
  readonly hash: boolean;
}

export interface ForeignKeyText {
  readonly name: string;
  readonly definition: string;
  readonly columns: readonly string[];
  /** Absent: that of the table itself. */
  readonly schema?: string;
  readonly table: string;
  readonly referenced: readonly string[];
  readonly onDelete: Referential;
  readonly onUpdate: Referential;
}

export interface CheckText {
  readonly name: string;
  readonly definition: string;
  readonly condition: string;
  readonly enforced: boolean;
}

export function parseTable(text: string): TableText {
  const { inside, after } = bracketed(leadingName(text.replace(/^CREATE [A-Z ]*TABLE /, ''))?.rest ?? '');
  const columns = new Map<string, string>();
  const others: string[] = [];
  for (const item of listOf(inside)) {
    const column = leadingName(item);
    if (column) columns.set(column.name, column.rest);
    else others.push(item);
  }
  return {
    columns,
    keys: others.flatMap((item) => keyOf(item) ?? []),
    foreignKeys: others.flatMap((item) => foreignKeyOf(item) ?? []),
    checks: others.flatMap((item) => checkOf(item) ?? []),
    ...tailOf(after),
  };
}

const KEY = /^(?:(PRIMARY|UNIQUE|FULLTEXT|SPATIAL|[A-Z]+) )?KEY (?=[`(])/;

function keyOf(definition: string): KeyText | undefined {
  const [head, word = ''] = KEY.exec(definition) ?? [];
  if (head === undefined) return undefined;
  const known = ['', 'PRIMARY', 'UNIQUE', 'FULLTEXT', 'SPATIAL'] as const;
  const named = leadingName(definition.slice(head.length));
  const { inside, after } = bracketed(named?.rest ?? definition);
  const parts = listOf(inside).map(partOf);
  const plain = parts.every((part) => part !== undefined);
  return {
    name: named?.name ?? 'PRIMARY',
    kind: known.find((kind) => kind === word) ?? 'other',
    definition,
    ...(plain ? { parts } : {}),
    hash: /USING HASH/.test(after),
  };
}

function partOf(text: string): PlainIndex['parts'][number] | undefined {
  const named = leadingName(text);
  const [form, length, order] = /^(?:\((\d+)\))?\s*(ASC|DESC)?$/.exec(named?.rest ?? '') ?? [];
  if (!named || form === undefined) return undefined;
  const { name: column } = named;
  return { column, ...(length === undefined ? {} : { length: Number(length) }), descending: order === 'DESC' };
}

function foreignKeyOf(definition: string): ForeignKeyText | undefined {
  const constraint = constraintOf(definition);
  if (!constraint?.rest.startsWith('FOREIGN KEY')) return undefined;
  const { inside, after } = bracketed(constraint.rest);
  const first = leadingName(after.replace(/^\s*REFERENCES\s*/, ''));
  const second = leadingName(first?.rest.replace(/^\.\s*/, '') ?? '');
  const referenced = bracketed((second ?? first)?.rest ?? '');
  return {
    name: constraint.name,
    definition,
    columns: namesIn(inside),
    ...(second && first ? { schema: first.name } : {}),
    table: (second ?? first)?.name ?? '',
    referenced: namesIn(referenced.inside),
    onDelete: action(referenced.after, 'DELETE'),
    onUpdate: action(referenced.after, 'UPDATE'),
  };
}

const namesIn = (text: string): string[] => listOf(text).map((part) => leadingName(part)?.name ?? part);

const action = (text: string, on: string): Referential =>
  (new RegExp(`ON ${on} (CASCADE|SET NULL|SET DEFAULT|RESTRICT)`).exec(text)?.[1]?.toLowerCase() ??
    'no action') as Referential;

function checkOf(definition: string): CheckText | undefined {
  const { name, rest } = constraintOf(definition) ?? { name: '', rest: definition };
  if (!rest.startsWith('CHECK')) return undefined;
  const { inside, after } = bracketed(rest);
  return { name, definition, condition: inside, enforced: !after.includes('NOT ENFORCED') };
}

const constraintOf = (text: string) =>
  text.startsWith('CONSTRAINT ') ? leadingName(text.slice('CONSTRAINT '.length)) : undefined;

/** `DEFAULT CHARSET=…`, `DATA DIRECTORY=…`, `WITH SYSTEM VERSIONING` are more than one word. */
function tailOf(text: string): Pick<TableText, 'options' | 'partitions'> {
  const words = wordsOf(text);
  const at = words.findIndex(({ text: word }, i) => word === 'PARTITION' && words[i + 1]?.text === 'BY');
  const options: string[] = [];
  let open = false;
  for (const { text: word } of at < 0 ? words : words.slice(0, at)) {
    if (open) options.push(`${options.pop()} ${word}`);
    else options.push(word);
    open = !word.includes('=') && !/^(VERSIONING|`)/.test(word);
  }
  if (at < 0) return { options };
  return {
    options,
    partitions: text
      .slice(words[at]?.at)
      .replace(/\*\/\s*$/, '')
      .trim(),
  };
}
