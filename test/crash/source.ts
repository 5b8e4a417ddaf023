import { readFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import { freshDatabase, type Major } from '../servers/index.js';
import { withSession } from './contents.js';
import { sessionsOf, until } from './migration.js';

const sources: URL[] = [];

/** A database that holds what `source.sql` says. When its tests are over, no session of openkite may be left on it. */
export async function freshSource(major: Major = 15): Promise<URL> {
  const url = await freshDatabase(major);
  await fill(url);
  sources.push(url);
  return url;
}

export const fill = (url: URL): Promise<unknown> =>
  withSession(url, (db) => db.query(readFileSync(new URL('source.sql', import.meta.url), 'utf8')));

afterAll(async () => {
  for (const url of sources.splice(0))
    await until('the sessions on the source end', async () => (await sessionsOf(url)).length === 0, 10);
});
