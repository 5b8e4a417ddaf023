import type { Table } from '../../src/model/schema.js';
import { foreignParts } from './foreign/parts.js';
import { sameParts } from './same/parts.js';
import type { Moved } from './targets.js';

/** What a schema's tables are made of there, in the target's words. */
export interface Parts {
  /** With the keys that must be there before rows. Of a table without rows of its own also a view. */
  create(table: Table): { readonly kind: string; readonly sql: string; readonly needs: readonly string[] };
  /** Keys and indexes that are made once the rows are in. */
  later(table: Table): readonly LaterKey[];
  foreignKeys(): readonly ForeignKey[];
}

export interface LaterKey {
  readonly id: string;
  readonly kind: string;
  /** Quoted. */
  readonly name: string;
  /** As after ALTER TABLE … ADD. */
  readonly definition: string;
}

export interface ForeignKey extends LaterKey {
  readonly table: Table;
  /** Undefined: it is not moved. */
  readonly referred: Table | undefined;
}

export const partsOf = (moved: Moved): Parts => (moved.ofFamily ? sameParts(moved) : foreignParts(moved));
