/** A session on whatever server a URL points to. */
import { connect as connectMySql } from '../../src/db/mysql/connect.js';
import { connect as connectPostgres } from '../../src/db/postgres/connect.js';
import type { Db } from '../../src/db/db.js';

export const isPostgres = (url: URL): boolean => url.protocol.startsWith('postgres');

const NAME = 'openkite:test:look';

/** `schema`: where names without one are looked for first; the database's own come after. */
export async function onDatabase<T>(url: URL, work: (db: Db) => Promise<T>, schema?: string): Promise<T> {
  const db = isPostgres(url)
    ? await connectPostgres(url, { name: NAME, searchPath: schema === undefined ? 'public' : `${schema}, public` })
    : await connectMySql(url, { name: NAME, ...(schema === undefined ? {} : { database: schema }) });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
