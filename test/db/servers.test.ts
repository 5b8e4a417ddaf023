import { expect, test } from 'vitest';
import { connect } from '../../src/db/postgres/connect.js';
import { fileOfData, freshDatabase, runDump, type Major } from '../servers/index.js';

const counted = (table: string) => `SELECT count(*) FROM public.${table}`;

test.each<Major>([10, 13, 15, 17, 18])('PostgreSQL %i runs, in UTF8', async (major) => {
  const db = await connect(await freshDatabase(major), { name: 'openkite:test', searchPath: '' });
  const { rows } = await db.query(
    `SELECT current_setting('server_version_num')::int / 10000 AS major, current_setting('server_encoding') AS encoding`,
  );
  expect(rows).toEqual([{ major, encoding: 'UTF8' }]);
  await db.close();
});

const pagila = [fileOfData('pagila/pagila-schema.sql'), fileOfData('pagila/pagila-data.sql.gz')];

test.skipIf(pagila.includes(undefined))('a dump runs without psql', async () => {
  const url = await freshDatabase(15);
  for (const path of pagila) await runDump(url, path ?? '');
  const db = await connect(url, { name: 'openkite:test', searchPath: '' });
  const { rows } = await db.query(`SELECT (${counted('film')}) AS films, (${counted('payment')}) AS payments`);
  expect(rows).toEqual([{ films: '1000', payments: '16049' }]);
  await db.close();
});
