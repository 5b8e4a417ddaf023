import { createHash } from 'node:crypto';
import { Fault } from '../base/fault.js';
import { probe } from '../base/probe.js';
import type { Db, Tx } from '../db/db.js';
import { controlVersion, migrationsFolder, views } from '../db/statements.js';
import { ask } from './ask.js';
import { insertSettings } from './setting.js';

/** What a control schema belongs to. Source and target as their connectors identify them. */
export interface Owner {
  readonly migration: string;
  readonly source: string;
  readonly target: string;
}

const MEANING: Readonly<Record<string, string>> = {
  migration: 'the name of the one migration that this schema belongs to',
  source: 'the database that is moved',
  target: 'the database that it is moved to',
  control_version: 'the version of these tables',
  views: 'a digest of the views that were made last',
  reset_pending: 'YES while a reset has begun and not ended',
  rollback_pending: 'the checkpoint to which a return has begun and not ended, else NO',
  checkpoints_outdated: 'up to this one checkpoints are of before a reset',
  plan_version: 'rises when tables join the migration',
};

/**
 * Creates the control schema or brings it up to date: schema, tables, views, settings. Can be repeated and be
 * interrupted anywhere. The session's search path must be that schema, then the one of temporary tables. Where the
 * login may not create in it, it must have been made by `setUpScript`. Refuses a schema of another migration, or one
 * that a newer version has made. Returns a sentence for each guard that this login may not make.
 */
export async function setUp(db: Db, wanted: Owner & { schema: string }): Promise<string[]> {
  await ask(db, 'lock_set_up', { schema: wanted.schema });
  try {
    await setUpAlone(db, wanted);
  } finally {
    await ask(db, 'unlock_set_up', { schema: wanted.schema });
  }
  return missingGuards(db);
}

/** What the database itself does not refuse or record there, in words. */
export async function missingGuards(tx: Tx): Promise<string[]> {
  const { rows } = await ask<{ missing: string }>(tx, 'missing_guards');
  return rows.map((row) => row.missing);
}

async function setUpAlone(db: Db, wanted: Owner & { schema: string }): Promise<void> {
  const found = await findSchema(db, wanted.schema);
  if (found.settings_exist === 'YES') refuse(await readFixed(db), wanted, controlVersion(db.dialect));
  if (found.schema_exists !== 'YES') await db.query(found.create_schema);
  const mayCreate = found.schema_exists !== 'YES' || found.may_create === 'YES';
  if (!mayCreate) await requireMade(db, wanted.schema, found);
  probe('S1');
  if (mayCreate) await db.migrate(migrationsFolder(db.dialect));
  probe('S2');
  // Each by itself: who reads one view locks those within it, too, and would wait for us in a circle.
  if (mayCreate) for (const { text } of views(db.dialect)) await db.query(text);
  probe('S3');
  await db.transaction(async (tx) => {
    await insertSettings(tx);
    await writeOwner(tx, wanted);
    probe('S4');
  });
}

/** The same, but for the rows that only `setUp` can write, as a script for somebody who may create. */
export async function setUpScript(db: Db, schema: string): Promise<string> {
  const { rows } = await ask<{ opening: string; closing: string }>(db, 'script_frame', {
    schema,
    views: viewsDigest(db.dialect),
    views_meaning: MEANING['views'],
    version: String(controlVersion(db.dialect)),
    version_meaning: MEANING['control_version'],
  });
  const made = views(db.dialect).map(({ text }) => text.trim());
  const tables = await db.migrationScript(migrationsFolder(db.dialect));
  return [rows[0]?.opening, tables, ...made, rows[0]?.closing].join('\n\n');
}

/** Changes when a view does, which is no new version of the tables. */
const viewsDigest = (dialect: string): string =>
  createHash('sha1')
    .update(
      views(dialect)
        .map(({ text }) => text)
        .join(),
    )
    .digest('hex');

async function requireMade(db: Db, schema: string, found: FoundSchema): Promise<void> {
  const fixed = found.settings_exist === 'YES' ? await readFixed(db) : new Map<string, string>();
  const version = String(controlVersion(db.dialect));
  if (fixed.get('control_version') === version && fixed.get('views') === viewsDigest(db.dialect)) return;
  throw new Fault(
    'operator',
    `the control tables are to be made in the schema ${schema}, where this login may not create`,
    {
      code: 'CONTROL_NOT_MADE',
      safe: 'nothing was changed',
      hint: '`openkite init --sql` prints what somebody who may create there has to run, once',
    },
  );
}

interface FoundSchema extends Record<string, string> {
  readonly schema_exists: string;
  readonly settings_exist: string;
  readonly may_create: string;
  readonly create_schema: string;
}

async function findSchema(db: Db, schema: string): Promise<FoundSchema> {
  const { rows } = await ask<FoundSchema>(db, 'find_schema', { schema });
  if (rows[0]) return rows[0];
  throw new Fault('unknown', 'the server gave no answer');
}

/** Whether a control schema of this name stands there. */
export const isSetUp = async (db: Db, schema: string): Promise<boolean> =>
  (await findSchema(db, schema)).settings_exist === 'YES';

async function writeOwner(tx: Tx, { migration, source, target }: Owner): Promise<void> {
  await writeFixed(tx, 'migration', migration);
  await writeFixed(tx, 'source', source);
  await writeFixed(tx, 'target', target);
  await writeFixed(tx, 'control_version', String(controlVersion(tx.dialect)));
  await writeFixed(tx, 'views', viewsDigest(tx.dialect));
}

/** Rises when the plan gets more tables. */
export const planVersion = async (tx: Tx): Promise<number> => Number((await readFixed(tx)).get('plan_version') ?? 0);

/** The next version of the plan: daemons read its files again. */
export async function raisePlan(tx: Tx): Promise<void> {
  await writeFixed(tx, 'plan_version', String((await planVersion(tx)) + 1));
}

/** A row of `wirekite_setting` that says a fact: only openkite writes it, an UPDATE of its value is refused. */
export async function writeFixed(tx: Tx, name: string, value: string): Promise<void> {
  await ask(tx, 'write_fixed', { name, value, meaning: MEANING[name] ?? name });
}

export async function readFixed(tx: Tx): Promise<ReadonlyMap<string, string>> {
  const { rows } = await ask<{ name: string; value: string }>(tx, 'read_fixed');
  return new Map(rows.map((row) => [row.name, row.value]));
}

function refuse(found: ReadonlyMap<string, string>, wanted: Owner, version: number): void {
  for (const what of ['migration', 'source', 'target'] as const) {
    const there = found.get(what);
    if (there !== undefined && there !== wanted[what])
      throw new Fault('operator', `this control schema belongs to ${what} ${there}, not to ${wanted[what]}`, {
        code: 'OTHER_MIGRATION',
        safe: 'nothing was changed',
        hint: 'name another control schema (control: { schema: … }), or the migration that it belongs to',
      });
  }
  const made = Number(found.get('control_version') ?? version);
  if (made > version) throw otherVersion(made, version);
}

/**
 * For daemons, which never change the control schema, and for the start of a run: throws unless it has exactly the
 * version that this build needs, and while a reset or a return to a checkpoint is unfinished.
 */
export async function requireVersion(db: Db): Promise<void> {
  const fixed = await readFixed(db);
  const found = fixed.get('control_version');
  const needed = controlVersion(db.dialect);
  if (Number(found) !== needed) throw otherVersion(found ?? 'none', needed);
  if (fixed.get('reset_pending') === 'YES')
    throw new Fault('operator', 'a reset of this migration has begun and has not ended', {
      code: 'RESET_PENDING',
      safe: 'some of its tables are empty and others are not; wirekite_progress says which',
      hint: 'openkite reset --execute goes on with it',
    });
  const checkpoint = fixed.get('rollback_pending') ?? 'NO';
  if (checkpoint !== 'NO')
    throw new Fault('operator', `a return to checkpoint ${checkpoint} has begun and has not ended`, {
      code: 'ROLLBACK_PENDING',
      safe: 'of tables that are to be emptied some have lost indexes and keys, and none its rows',
      hint: `openkite run --from-checkpoint ${checkpoint} --execute goes on with it`,
    });
}

/** Whether the tables are those of this build; an older one's may lack some. */
export const isCurrent = async (tx: Tx): Promise<boolean> =>
  Number((await readFixed(tx)).get('control_version')) === controlVersion(tx.dialect);

const otherVersion = (found: number | string, needed: number): Fault =>
  new Fault('operator', `the control tables have version ${found}, and this openkite needs version ${needed}`, {
    code: 'CONTROL_VERSION',
    safe: 'nothing was changed',
    hint:
      Number(found) > needed
        ? 'use the openkite that made them, or a newer one'
        : 'end the daemons, then let `openkite run` or `openkite init` bring the tables up to date',
  });
