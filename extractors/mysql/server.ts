import { Fault } from '../../src/base/fault.js';
import type { Tx } from '../../src/db/db.js';

/** Which words a server understands. */
export interface Server {
  /** As the server says it: `10.11.19-MariaDB-log`, `8.0.36`. */
  readonly text: string;
  readonly mariadb: boolean;
  /** 101119 is 10.11.19, 80036 is 8.0.36. */
  readonly version: number;
  /** The session's database, as the server writes its name. */
  readonly database: string;
  readonly user: string;
}

/** Fault `operator` when the session has no database. */
export async function readServer(tx: Tx): Promise<Server> {
  const sql = 'SELECT VERSION() AS version, DATABASE() AS name, CURRENT_USER() AS user';
  const { version = '', name, user = '' } = (await tx.query<Record<string, string>>(sql)).rows[0] ?? {};
  if (!name) throw new Fault('operator', 'the URL names no database', { hint: 'Write its name after the last /.' });
  const [, major = 0, minor = 0, patch = 0] = /(\d+)\.(\d+)\.(\d+)/.exec(version.replace(/^5\.5\.5-/, '')) ?? [];
  return {
    text: version,
    mariadb: /mariadb/i.test(version),
    version: Number(major) * 10_000 + Number(minor) * 100 + Number(patch),
    database: name,
    user,
  };
}

/** A privilege is missing: of this account on all, on a table, for this statement. */
export const isRefused = (error: unknown): boolean =>
  error instanceof Fault && ['1044', '1142', '1143', '1227', '1370'].includes(error.code ?? '');
