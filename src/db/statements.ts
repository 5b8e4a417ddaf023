import { readFileSync, readdirSync } from 'node:fs';
import { Fault } from '../base/fault.js';

/** The folder that the build copies beside the compiled files, so that both find it in the same place. */
const folder = (dialect: string, part: string): URL => new URL(`../../sql/${dialect}/${part}/`, import.meta.url);

const loaded = new Map<string, ReadonlyMap<string, string>>();

/**
 * The text of a statement of `sql/<dialect>/queries/*.sql`, by the name in its `-- name: verb_noun` line.
 * Throws when the dialect has no statement of that name.
 */
export function statement(dialect: string, name: string): string {
  const text = statements(dialect).get(name);
  if (text === undefined) throw new Fault('permanent', `sql/${dialect}/queries has no statement named ${name}`);
  return text;
}

/** All statements of a dialect by name. Read once. */
export function statements(dialect: string): ReadonlyMap<string, string> {
  let known = loaded.get(dialect);
  if (known === undefined) loaded.set(dialect, (known = read(dialect)));
  return known;
}

function read(dialect: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const { file, text } of sqlFiles(dialect, 'queries')) {
    for (const block of text.split(/^-- name: /m).slice(1)) {
      const end = block.indexOf('\n');
      const name = block.slice(0, end).trim();
      if (found.has(name)) throw new Fault('permanent', `sql/${dialect}/queries/${file} names ${name} a second time`);
      found.set(name, block.slice(end).trim());
    }
  }
  return found;
}

interface SqlFile {
  readonly file: string;
  readonly text: string;
}

/** The `.sql` files of `sql/<dialect>/<part>` in the order of their names. */
export function sqlFiles(dialect: string, part: 'queries' | 'views'): SqlFile[] {
  const names = readdirSync(folder(dialect, part)).filter((file) => file.endsWith('.sql'));
  return names.sort().map((file) => ({ file, text: readFileSync(new URL(file, folder(dialect, part)), 'utf8') }));
}

/** The views, each after those that it reads. */
export function views(dialect: string): SqlFile[] {
  const left = new Map(sqlFiles(dialect, 'views').map((view) => [view.file.replace('.sql', ''), view]));
  const ordered: SqlFile[] = [];
  const place = (name: string): void => {
    const view = left.get(name);
    if (view === undefined) return;
    left.delete(name);
    for (const other of [...left.keys()]) if (new RegExp(`\\b${other}\\b`).test(view.text)) place(other);
    ordered.push(view);
  };
  for (const name of [...left.keys()]) place(name);
  return ordered;
}

export const migrationsFolder = (dialect: string): URL => folder(dialect, 'migrations');

/** How many numbered migrations there are: the version of the control schema that this build needs. */
export function controlVersion(dialect: string): number {
  const numbers = readdirSync(migrationsFolder(dialect)).map((file) => Number.parseInt(file, 10));
  return Math.max(...numbers.filter((n) => Number.isInteger(n)));
}
