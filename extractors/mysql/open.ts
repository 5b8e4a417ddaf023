import type { OpenOptions } from '../../src/connector/connector.js';
import type { Extractor } from '../../src/connector/extractor.js';
import { connect, logIn } from '../../src/db/mysql/connect.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import { MyExtractor } from './extractor.js';
import { sqlFile } from './sql-file.js';

async function session(url: URL, name: string): Promise<MyDb> {
  const db = await connect(url, { name });
  await db.query(sqlFile('session'));
  return db;
}

export async function open(url: URL, { name }: OpenOptions): Promise<Extractor> {
  const db = await session(url, name);
  const { rows } = await db.query<{ bytes: string }>('SELECT @@GLOBAL.max_binlog_size AS bytes');
  return new MyExtractor(db, {
    open: () => session(url, name),
    dump: () => logIn(url, name),
    fileBytes: Number(rows[0]?.bytes),
  });
}
