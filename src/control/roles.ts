import { readFileSync } from 'node:fs';
import { Fault } from '../base/fault.js';
import type { Grant } from '../connector/connector.js';
import type { Db, Tx } from '../db/db.js';
import { ask } from './ask.js';

/** What makes the roles and says what each may, as it stands in `sql/<dialect>`. Can be repeated. */
const rolesFile = (dialect: string): string =>
  readFileSync(new URL(`../../sql/${dialect}/roles.sql`, import.meta.url), 'utf8');

/** The same for somebody who may create roles, with the schema's name in front. */
export async function rolesScript(tx: Tx, schema: string): Promise<string> {
  const { rows } = await ask<{ opening: string }>(tx, 'roles_opening', { schema });
  return `${rows[0]?.opening}\n\n${rolesFile(tx.dialect)}`;
}

/** Makes the roles and grants them what they may. The session's control tables must be there. */
export async function makeRoles(db: Db): Promise<void> {
  try {
    await db.transaction((tx) => tx.query(rolesFile(db.dialect)));
  } catch (cause) {
    throw new Fault('operator', 'the roles were not made', {
      code: 'ROLES_NOT_MADE',
      safe: 'the control tables are there, and work without roles',
      hint: '`openkite init --roles --sql` prints what somebody who may create roles has to run, once',
      cause,
    });
  }
}

/** What a login needs to work with the control tables; of the session itself where no login is named. */
export async function controlGrants(tx: Tx, schema: string, login: string | undefined): Promise<Grant[]> {
  const { rows } = await ask<Grant & Record<string, string>>(tx, 'control_grants', { schema, login: login ?? null });
  return rows;
}
