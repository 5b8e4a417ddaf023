import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file of the product, by its path in the repository. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** One breach: where, what, which rule, and why there is one. */
export type Breach = string;

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export function productSources(): Source[] {
  return ['src', 'extractors', 'loaders']
    .flatMap((folder) =>
      readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
    )
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path, text: readFileSync(ROOT + path, 'utf8') }));
}
