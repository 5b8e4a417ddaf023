import { readFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import { freshDatabase, type Major } from '../servers/index.js';
import { withSession } from './contents.js';
import { until } from './run.js';
import { sessionsOf } from './workplace.js';

const sources: URL[] = [];

/** A database that holds what `source.sql` says. When its tests are over, no session of openkite may be left on it. */
export async function freshSource(major: Major = 15): Promise<URL> {
  const url = await freshDatabase(major);
  await fill(url);
  sources.push(url);
  return url;
}

export const fill = (url: URL): Promise<unknown> => script(url, 'source.sql');

/** The tables that a `Writer` changes. */
export const makeChanging = (url: URL): Promise<unknown> => script(url, 'changing.sql');

const script = (url: URL, file: string): Promise<unknown> =>
  withSession(url, (db) => db.query(readFileSync(new URL(file, import.meta.url), 'utf8')));

afterAll(async () => {
  for (const url of sources.splice(0))
    await until('the sessions on the source end', async () => (await sessionsOf(url)).length === 0, 10);
});
