import { afterAll } from 'vitest';
import { freshDatabase, type Major } from '../servers/index.js';
import { fill } from './fill.js';
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

afterAll(async () => {
  for (const url of sources.splice(0))
    await until('the sessions on the source end', async () => (await sessionsOf(url)).length === 0, 10);
});
