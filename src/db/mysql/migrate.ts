import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { Fault } from '../../base/fault.js';
import { literal, quoteIdentifier } from './quote.js';
import type { Wire } from './wire.js';

interface Migration {
  readonly number: number;
  readonly file: string;
  readonly text: string;
  readonly hash: string;
}

const BOOKS = `CREATE TABLE IF NOT EXISTS migrations (
  id INT PRIMARY KEY,
  name VARCHAR(100) NOT NULL UNIQUE,
  hash VARCHAR(40) NOT NULL,
  executed_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6))
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const LOCK_SECONDS = 60;
const NO_TRIGGERS = '1419';

/** Applies the numbered files of a folder that have not been applied yet, one session at a time. */
export async function migrate(wire: Wire, database: string, directory: URL): Promise<void> {
  const name = literal(`openkite ${database}`.slice(0, 64));
  const { rows } = await wire.query<{ held: number | null }>(`SELECT GET_LOCK(${name}, ${LOCK_SECONDS}) = 1 AS held`);
  if (Number(rows[0]?.held) !== 1)
    throw new Fault('transient', `somebody else is migrating ${database} for more than ${LOCK_SECONDS} s`);
  try {
    await migrateAlone(wire, database, directory);
  } finally {
    await wire.query(`DO RELEASE_LOCK(${name})`);
  }
}

async function migrateAlone(wire: Wire, database: string, directory: URL): Promise<void> {
  await wire.query(
    `CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(database)}; USE ${quoteIdentifier(database)}; ${BOOKS}`,
  );
  const { rows } = await wire.query<{ id: number; hash: string }>('SELECT id, hash FROM migrations');
  const applied = new Map(rows.map((row) => [row.id, row.hash]));
  for (const migration of migrations(directory)) {
    const known = applied.get(migration.number);
    if (known !== undefined && known !== migration.hash)
      throw new Fault('permanent', `the migration ${migration.file} is not the one that was applied`);
    if (known === undefined) await apply(wire, migration);
  }
}

/** Triggers are guards, and all else goes without them: where the login may not create any, they are tried again next time. */
async function apply(wire: Wire, migration: Migration): Promise<void> {
  try {
    await wire.query(`${migration.text};\n${record(migration)}`);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== NO_TRIGGERS) throw error;
  }
}

const record = ({ number, file, hash }: Migration): string =>
  `INSERT INTO migrations (id, name, hash) VALUES (${number}, ${literal(file)}, ${literal(hash)})`;

function migrations(directory: URL): Migration[] {
  const files = readdirSync(directory).filter((file) => /^\d+_.*\.sql$/.test(file));
  const found = files.map((file) => {
    const text = readFileSync(new URL(file, directory), 'utf8').trim().replace(/;$/, '');
    return { number: Number.parseInt(file, 10), file, text, hash: createHash('sha1').update(text).digest('hex') };
  });
  return found.sort((a, b) => a.number - b.number);
}

/** For the server's own client: it must be told where a statement that has semicolons of its own ends. */
export async function migrationScript(directory: URL): Promise<string> {
  const all = migrations(directory).flatMap((migration) => [migration.text, record(migration)]);
  return Promise.resolve(['DELIMITER $$', ...[BOOKS, ...all].map((text) => `${text}\n$$`), 'DELIMITER ;'].join('\n\n'));
}
