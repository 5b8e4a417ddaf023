import type { Db } from '../db.js';

/** `<system identifier>/<database oid>`: survives a change of host name, differs on every other cluster. */
export async function serverIdentity(db: Db): Promise<string> {
  const { rows } = await db.query<{ identity: string }>(
    `SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid AS identity
     FROM pg_database WHERE datname = current_database()`,
  );
  return rows[0]?.identity ?? '';
}
