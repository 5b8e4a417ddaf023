import type { PgDb } from '../../src/db/postgres/pg-db.js';

/** Those that `test/data/every-object.sql` names. Roles belong to the server: another file may be making the same ones. */
export async function makeRoles(server: PgDb): Promise<void> {
  for (const role of ['ok_owner', '"ok reader"'])
    await server.query(
      `DO $$BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END$$`,
    );
}
