import type { Schema, Table, TableName } from '../../../src/model/schema.js';
import type { Names } from './names.js';

/** What the target is like, as far as it decides what things become there. */
export interface Facts {
  readonly major: number;
  /** The type of PostGIS as a statement writes it, where that is installed. */
  readonly geometry: string | undefined;
}

/** What every part of a translation stands on. */
export interface Ground {
  readonly facts: Facts;
  readonly schema: Schema;
  readonly tables: ReadonlyMap<TableName, Table>;
  readonly names: Names;
  /** A sentence about what the target will not have. */
  readonly notMade: (sentence: string) => void;
}
