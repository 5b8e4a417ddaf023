import { readFileSync } from 'node:fs';
import type { Tx } from '../db/db.js';

/** What makes the roles, for whoever may: `sql/<dialect>/roles.sql`. Can be repeated. */
export const rolesScript = (dialect: string): string =>
  readFileSync(new URL(`../../sql/${dialect}/roles.sql`, import.meta.url), 'utf8');

/** Makes the roles and grants them what they may. The session's control schema must be set up. */
export async function makeRoles(tx: Tx): Promise<void> {
  await tx.query(rolesScript(tx.dialect));
}
