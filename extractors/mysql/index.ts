import type { Connector } from '../../src/connector/connector.js';
import type { Extractor } from '../../src/connector/extractor.js';
import { connect } from '../../src/db/mysql/connect.js';
import { classify } from '../../src/db/mysql/faults.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import { MyExtractor } from './extractor.js';
import { sqlFile } from './sql-file.js';

async function session(url: URL, name: string): Promise<MyDb> {
  const db = await connect(url, { name });
  await db.query(sqlFile('session'));
  return db;
}

const connector: Connector<Extractor> = {
  schemes: ['mysql:', 'mariadb:'],
  ownSnapshots: true,
  open: async (url, { name }) => new MyExtractor(await session(url, name), () => session(url, name)),
  classify,
};

export default connector;
