import { quoteIdentifier } from '../../../src/db/mysql/quote.js';

const PLAIN = /^[A-Za-z_][A-Za-z0-9_$]*$/;

/** A name as it stands in ids: quoted only where it must be. */
const written = (name: string): string => (PLAIN.test(name) ? name : quoteIdentifier(name));

export const qualifiedName = (schema: string, name: string): string => `${written(schema)}.${written(name)}`;

export const tableId = (schema: string, name: string): string => `table ${qualifiedName(schema, name)}`;

/** Of what hangs on a table: `index k1 on shop.item`. */
export const partId = (kind: string, name: string, schema: string, table: string): string =>
  `${kind} ${written(name)} on ${qualifiedName(schema, table)}`;

export const objectId = (kind: string, schema: string, name: string): string =>
  `${kind} ${qualifiedName(schema, name)}`;
