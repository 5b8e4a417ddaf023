import { Fault } from '../base/fault.js';
import { readFixed, writeFixed } from '../control/set-up.js';
import type { Tx } from '../db/db.js';
import type { Config } from './config.js';

/** The fixed setting that says of what in the configuration file the plan was made. */
const ORIGIN = 'planned_from';

const originOf = ({ tables, changes }: Config): Readonly<Record<string, unknown>> => ({
  'tables.include': tables.include,
  'tables.exclude': tables.exclude,
  'tables.full_identity': tables.full_identity,
  'tables.columns': tables.columns,
  changes,
});

export async function writeOrigin(tx: Tx, config: Config): Promise<void> {
  await writeFixed(tx, ORIGIN, JSON.stringify(originOf(config)));
}

/** A plan that has begun is not made again: what it would be made of now must be what it was made of. */
export async function refuseOtherOrigin(tx: Tx, config: Config): Promise<void> {
  const was = JSON.parse((await readFixed(tx)).get(ORIGIN) ?? '{}') as Record<string, unknown>;
  const is = originOf(config);
  const other = Object.keys(was).filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]));
  if (other.length === 0) return;
  const words = other.map((name) => `${name} was ${JSON.stringify(was[name])} and is ${JSON.stringify(is[name])}`);
  throw new Fault('operator', `this migration was begun with another plan: ${words.join('; ')}`, {
    code: 'OTHER_PLAN',
    safe: 'nothing was written',
    hint:
      `put it back in ${config.file}: a table joins by the command ADD and leaves by SKIP. Settings, policy, chunks and ` +
      'control may be changed at any time. Else begin anew, with another control schema and an empty target',
  });
}
