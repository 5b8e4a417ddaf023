import type { Grant } from '../connector/connector.js';
import { controlGrants } from '../control/roles.js';
import { isSetUp } from '../control/set-up.js';
import type { Context } from './context.js';
import { makePlan } from './plan.js';
import { addedTables, provisionOf } from './prepare.js';
import { changesOf, streamName } from './stream-name.js';

/** The least that a login needs on each side. */
export interface Grants {
  readonly source: readonly Grant[];
  readonly target: readonly Grant[];
}

/** Looks at both sides and writes nothing; of the URLs' own logins where none is named. */
export async function leastGrants(context: Context, login: string | undefined): Promise<Grants> {
  const { config } = context;
  const loader = await context.openLoader('grants');
  const extractor = await context.openExtractor('grants');
  try {
    const target = await loader.identity();
    const known = await isSetUp(loader.db, config.control.schema);
    const { schema } = await makePlan(config, extractor, loader, known ? await addedTables(loader.db) : []);
    const changes = config.changes ? changesOf(extractor, streamName(config, target)) : undefined;
    const provision = changes && (await provisionOf(context, extractor, target, schema.tables));
    return {
      source: [
        ...(await extractor.grants(schema, login)),
        ...(changes && provision ? await changes.grants(provision, login) : []),
      ],
      target: [
        ...(await loader.grants(schema, login)),
        ...(await controlGrants(loader.db, config.control.schema, login)),
      ],
    };
  } finally {
    await extractor.close();
    await loader.close();
  }
}
