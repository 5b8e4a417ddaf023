import { Fault } from '../base/fault.js';
import { openLog } from '../base/log.js';
import { discover } from '../connector/discover.js';
import { isSetUp } from '../control/set-up.js';
import { readConfig } from '../daemon/config.js';
import { openContext, type Connectors, type Context } from '../daemon/context.js';
import type { Db } from '../db/db.js';

export const extractorsFolder = new URL('../../extractors/', import.meta.url);
export const loadersFolder = new URL('../../loaders/', import.meta.url);

export const connectors = async (): Promise<Connectors> => ({
  extractors: await discover(extractorsFolder),
  loaders: await discover(loadersFolder),
});

/** What every verb but `demo` begins with. */
export async function contextOf(argv: { config: string }, role: string): Promise<Context> {
  return openContext(readConfig(argv.config), role, await connectors(), openLog(role));
}

/** Asks the control tables. That they are not there yet is one sentence, not what the server says of a missing table. */
export async function onControl<T>({ control, config }: Context, work: (db: Db) => Promise<T>): Promise<T> {
  const db = await control.get();
  const { schema } = config.control;
  try {
    return await work(db);
  } catch (error) {
    if (await isSetUp(db, schema)) throw error;
    throw new Fault('operator', `the target has no control tables in the schema ${schema}`, {
      hint: `openkite init -c ${config.file} makes them, and so does the first openkite run --execute`,
      cause: error,
    });
  }
}
