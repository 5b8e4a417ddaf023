import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../sql/runbooks/', import.meta.url);

/** How the files write a table, for whoever pastes them to replace. */
const WRITTEN_TABLES = ['public.orders', 'public.new_table'] as const;

/** The control schema as they write it: before a table's name, or where it is dropped. */
const SCHEMA = /(?<![\w-])wirekite(?=\.\w)|(?<=DROP (?:SCHEMA|DATABASE) )wirekite\b/g;

export interface RunbookStatement {
  /** From 1, as it stands in the file; a COMMIT belongs to the statement before it. */
  readonly step: number;
  readonly sql: string;
  /** It changes something. */
  readonly acts: boolean;
}

export interface Runbook {
  readonly name: string;
  /** The first line of the file: when it is of use. */
  readonly title: string;
  readonly text: string;
  readonly statements: readonly RunbookStatement[];
}

export const runbookNames = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .sort();

/** `schema`: the control schema. `table`: what stands instead of the examples. Undefined: there is no runbook of this name. */
export function readRunbook(name: string, own: { schema: string; table?: string }): Runbook | undefined {
  if (!runbookNames().includes(name)) return undefined;
  const written = readFileSync(new URL(`${name}.sql`, folder), 'utf8');
  const statements = statementsOf(written).map((statement) => ({ ...statement, sql: put(statement.sql, own) }));
  const title = written.slice(0, written.indexOf('\n')).replace(/^-- /, '');
  return { name, title, text: put(written, own), statements };
}

/** Also what is only in comments: a tired person pastes these, too. Tables stand in them as texts, so quotes are doubled. */
function put(written: string, { schema, table }: { schema: string; table?: string }): string {
  const own = written.replace(SCHEMA, () => schema);
  if (table === undefined) return own;
  const text = table.replaceAll("'", "''");
  return WRITTEN_TABLES.reduce((all, example) => all.replaceAll(example, () => text), own);
}

/** Taken apart as it is written, since a table's name may have anything in it; no text in a file has a semicolon or two dashes. */
function statementsOf(written: string): RunbookStatement[] {
  return written
    .replace(/--.*$/gm, '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'COMMIT')
    .map((sql, i) => ({ step: i + 1, sql, acts: !/^SELECT\b/i.test(sql) }));
}
