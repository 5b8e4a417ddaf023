import { fileURLToPath } from 'node:url';
import { loadMigrationFiles } from 'postgres-migrations';
import { quoteLiteral } from './quote.js';

/** Where postgres-migrations keeps its books: in our schema, or it would take an application's table for its own. */
export const BOOKS = `CREATE TABLE IF NOT EXISTS migrations (
  id integer PRIMARY KEY,
  name varchar(100) UNIQUE NOT NULL,
  hash varchar(40) NOT NULL,
  executed_at timestamp DEFAULT current_timestamp
)`;

/** The numbered files of a folder, each followed by the row that says it has been applied. */
export async function migrationScript(directory: URL): Promise<string> {
  const [first, ...files] = await loadMigrationFiles(fileURLToPath(directory));
  const parts = files.map((file) => `${file.sql}\n${bookkeeping(file)}`);
  return [`${BOOKS};`, first === undefined ? '' : bookkeeping(first), ...parts].join('\n\n');
}

const bookkeeping = ({ id, name, hash }: { id: number; name: string; hash: string }): string =>
  `INSERT INTO migrations (id, name, hash) VALUES (${id}, ${quoteLiteral(name)}, ${quoteLiteral(hash)});`;
