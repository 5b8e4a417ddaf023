/** What a source holds before anything happens to it. */
import { readFileSync } from 'node:fs';
import { fileOfData, runDump } from '../servers/dump.js';
import { withSession } from './contents.js';

export const fill = (url: URL): Promise<unknown> => script(url, 'source.sql');

/** The tables that a `Writer` changes. */
export const makeChanging = (url: URL): Promise<unknown> => script(url, 'changing.sql');

const script = (url: URL, file: string): Promise<unknown> =>
  withSession(url, (db) => db.query(readFileSync(new URL(file, import.meta.url), 'utf8')));

/** False, aloud, where the sample data are not beside this checkout. */
export async function fillPagila(url: URL): Promise<boolean> {
  const files = ['pagila/pagila-schema.sql', 'pagila/pagila-data.sql.gz'].map(fileOfData);
  if (files.includes(undefined)) return false;
  for (const file of files) await runDump(url, file ?? '');
  return true;
}
