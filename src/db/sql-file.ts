import { readFileSync } from 'node:fs';

/** Reads statements by name: `sql/<name>.sql` beside the module at `url` (its `import.meta.url`). */
export const sqlFilesBeside =
  (url: string) =>
  (name: string): string =>
    readFileSync(new URL(`./sql/${name}.sql`, url), 'utf8');
