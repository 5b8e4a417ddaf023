/** What doctor says of a source, and whether its statements mend it. */
import { expect, it } from 'vitest';
import { freshMariaDb } from '../servers/index.js';
import { extractor, session } from './source.js';

it('each failure comes with the statement that mends it', async () => {
  const url = await freshMariaDb();
  const db = await session(url);
  const database = url.pathname.slice(1);
  await db.query(`CREATE TABLE keyed (id INT PRIMARY KEY, d DATE);
    CREATE TABLE loose (id INT) ENGINE=MyISAM; CREATE TABLE hidden (id INT PRIMARY KEY);
    CREATE TABLE child (id INT PRIMARY KEY, p INT, CONSTRAINT gone FOREIGN KEY (p) REFERENCES keyed (id) ON DELETE CASCADE)`);
  const account = new URL(url);
  account.username = database;
  const name = `'${database}'@'127.0.0.1'`;
  await db.query(`CREATE USER ${name} IDENTIFIED BY '${url.password}'; GRANT SELECT (id) ON hidden TO ${name}`);
  for (const table of ['keyed', 'loose', 'child']) await db.query(`GRANT SELECT ON ${table} TO ${name}`);
  try {
    const one = await extractor(account);
    const { tables, notMoved } = await one.schema();
    expect(notMoved).toContain('table hidden: it may not be read');
    const findings = await one.check(tables, { changes: true });
    const of = (what: string) => findings.find((finding) => finding.what === what);
    const failed = findings.filter(({ level }) => level === 'failure');
    expect(failed.map(({ what }) => what)).toEqual([
      'source views, triggers and events can be read',
      'source log can be read',
    ]);
    expect(of('source snapshot')?.found).toContain('without a lock');
    expect(of(`snapshot of ${database}.loose`)?.level).toBe('warning');
    expect(of('source tables have keys')?.found).toContain(`${database}.loose`);
    expect(of('source foreign keys that change rows')?.found).toContain(`${database}.child gone`);
    expect(of('source binlog_row_metadata')).toMatchObject({ level: 'ok', found: 'FULL' });
    for (const { mend } of failed) await db.query(mend!);
    await db.query(`GRANT RELOAD ON *.* TO ${name}`);
    const mended = await (await extractor(account)).check(tables, { changes: true });
    expect(mended.filter(({ level }) => level === 'failure')).toEqual([]);
    expect(mended.find(({ what }) => what === 'source snapshot')?.found).toContain('FLUSH TABLES WITH READ LOCK');
    await db.query(`REVOKE SELECT ON keyed FROM ${name}`);
    const lacking = (await one.check(tables)).find(({ what }) => what === `read ${database}.keyed`);
    expect(lacking).toMatchObject({ level: 'failure', mend: expect.stringContaining('GRANT SELECT ON') as string });
    await one.close();
  } finally {
    await db.query(`DROP USER ${name}`);
  }
});
