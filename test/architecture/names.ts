import type { Breach, Source } from './source.js';

/** The folder names of the databases, and the words that give each of them away. */
const DATABASES: Readonly<Record<string, readonly RegExp[]>> = {
  postgres: [/postgres(?:ql)?|pgsql/gi, /\bPg[A-Z]\w*/g, /(?<=['"])pg(?:-[\w-]+)?(?=['"])/g],
  mysql: [/mysql|mariadb/gi],
  oracle: [/oracle/gi],
  snowflake: [/snowflake/gi],
  singlestore: [/singlestore/gi],
  firebolt: [/firebolt/gi],
};

const REASON =
  'the core acts on kinds and steps only; a name here is a branch that the next database would have to find';

export function nameBreaches(sources: readonly Source[]): Breach[] {
  return sources.flatMap(({ path, text }) =>
    Object.entries(DATABASES)
      .filter(([database]) => !atHome(path, database))
      .flatMap(([, words]) => words.flatMap((word) => [...text.matchAll(word)]))
      .map((match) => `${path}:${lineOf(text, match.index)} names ${match[0]}: ${REASON}`),
  );
}

function atHome(path: string, database: string): boolean {
  return [`extractors/${database}/`, `loaders/${database}/`, `src/db/${database}`].some((home) =>
    path.startsWith(home),
  );
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}
