import { Fault } from '../base/fault.js';
import type { Loader } from '../connector/loader.js';
import { tableName, type Encoding, type Table } from '../model/schema.js';

/** The first of the source's encodings that the target takes. */
export function bestEncoding(table: Table, loader: Loader): Encoding {
  const accepted = loader.accepts(table);
  const best = table.encodings.find((encoding) => accepted.includes(encoding));
  if (best) return best;
  throw new Fault('permanent', 'source and target have no chunk encoding in common', {
    place: { table: tableName(table) },
  });
}
