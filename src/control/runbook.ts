import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../sql/runbooks/', import.meta.url);

/** How the files write the control schema and a table, for whoever pastes them to replace. */
const WRITTEN = { schema: 'wirekite', tables: ['public.orders', 'public.new_table'] } as const;

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
export function readRunbook(name: string, { schema, table }: { schema: string; table?: string }): Runbook | undefined {
  if (!runbookNames().includes(name)) return undefined;
  const own = readFileSync(new URL(`${name}.sql`, folder), 'utf8').replaceAll(
    `${WRITTEN.schema}.wirekite_`,
    `${schema}.wirekite_`,
  );
  const text = table === undefined ? own : WRITTEN.tables.reduce((all, example) => all.replaceAll(example, table), own);
  return { name, title: text.slice(0, text.indexOf('\n')).replace(/^-- /, ''), text, statements: statementsOf(text) };
}

/** No text of a statement has a semicolon or two dashes in it. */
function statementsOf(text: string): RunbookStatement[] {
  return text
    .replace(/--.*$/gm, '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'COMMIT')
    .map((sql, i) => ({ step: i + 1, sql, acts: !/^SELECT\b/i.test(sql) }));
}
