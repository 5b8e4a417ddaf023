import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { MariaDb } from '../servers/index.js';
import { Bed } from './bed.js';

const file = (name: string): string => fileURLToPath(new URL(`../db/tls/${name}`, import.meta.url));

test('the log comes through TLS too', async () => {
  const server = await MariaDb.start({
    'ssl-cert': file('server.crt'),
    'ssl-key': file('server.key'),
    'require-secure-transport': 1,
  });
  try {
    const url = server.url('mysql');
    url.searchParams.set('sslmode', 'require');
    const admin = await Bed.open(url);
    await admin.db.query('CREATE DATABASE safe');
    await admin.close();
    url.pathname = '/safe';
    const bed = await Bed.open(url, 'CREATE TABLE t (id INT PRIMARY KEY, a LONGTEXT)');
    bed.start();
    expect(await bed.lines(`INSERT INTO t VALUES (1, 'a')`)).toEqual(['B', 'I t 1|a', 'E']);
    await bed.close();
  } finally {
    await server.stop();
  }
});
