import type { Encoding } from './schema.js';

/** What a loader must know to take a chunk's rows: where they go, which columns, how they are written. */
export interface Layout {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly encoding: Encoding;
}
