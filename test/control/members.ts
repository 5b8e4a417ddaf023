/** The roles of the control tables, and logins that have one of them. */
import { randomBytes } from 'node:crypto';
import { afterAll } from 'vitest';
import { makeRoles } from '../../src/control/roles.js';
import type { Db } from '../../src/db/db.js';
import { onDatabase } from '../servers/session.js';
import type { Control } from './schema.js';

export type Role = 'viewer' | 'operator' | 'admin' | 'daemon';

/** Each with the server's own database: by then the test's is gone, and what was granted in it. */
const logins: { server: URL; name: string }[] = [];
afterAll(async () => {
  for (const { server, name } of logins.splice(0)) {
    const drop = (db: Db) => db.query(`DROP ${db.dialect === 'postgres' ? 'ROLE' : 'USER'} ${name}`);
    await onDatabase(server, drop).catch(() => undefined); // of a test that failed it is kept, with its database
  }
});

/** Roles are the whole server's: another test file may be making them at this moment. */
export const withRoles = (db: Db): Promise<void> => makeRoles(db).catch(() => makeRoles(db));

/** A login without any right of its own, dropped after the test file. `known`: one of the same server, to go by. */
export async function stranger(url: URL, db: Db, known?: URL): Promise<URL> {
  if (known) return Object.assign(new URL(url), { username: known.username, password: known.password });
  const name = `u_${randomBytes(4).toString('hex')}`;
  const isPostgres = db.dialect === 'postgres';
  await db.query(
    isPostgres ? `CREATE ROLE ${name} LOGIN PASSWORD 'secret'` : `CREATE USER ${name} IDENTIFIED BY 'secret'`,
  );
  logins.push({ server: Object.assign(new URL(url), { pathname: isPostgres ? '/postgres' : '/' }), name });
  return Object.assign(new URL(url), { username: name, password: 'secret' });
}

/** A session of a login that has this role and nothing else. */
export async function member({ url, db, open }: Control, role: Role): Promise<Db> {
  const as = await stranger(url, db);
  const { username: name } = as;
  const inForce =
    db.dialect === 'postgres' ? '' : `; SET DEFAULT ROLE wirekite_${role} /*M! FOR */ /*!80000 TO */ ${name}`;
  await db.query(`GRANT wirekite_${role} TO ${name}${inForce}`);
  return open(as);
}
