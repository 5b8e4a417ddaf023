import { discover } from '../connector/discover.js';
import { openLog } from '../base/log.js';
import { readConfig } from '../daemon/config.js';
import { openContext, type Connectors, type Context } from '../daemon/context.js';

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
