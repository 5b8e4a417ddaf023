import type { Db } from '../db.js';

const NAMES = ['server_uuid', 'server_uid', 'hostname', 'port', 'server_id'];

/** What no other server has: its uuid; where there is none, where it runs. */
export async function serverId(db: Db): Promise<string> {
  const { rows } = await db.query<{ Variable_name: string; Value: string }>(
    `SHOW GLOBAL VARIABLES WHERE Variable_name IN (${NAMES.map((name) => `'${name}'`).join(', ')})`,
  );
  const found = new Map(rows.map((row) => [row.Variable_name, row.Value]));
  const where = () => `${found.get('hostname')}:${found.get('port')}:${found.get('server_id')}`;
  return found.get('server_uuid') ?? found.get('server_uid') ?? where();
}

/** `<server>/<database>`. */
export async function serverIdentity(db: Db, database: string): Promise<string> {
  return `${await serverId(db)}/${database}`;
}
