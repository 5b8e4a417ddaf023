import { tableName } from '../../../src/model/schema.js';
import type { Moved } from '../targets.js';
import { engineOf } from './create.js';
import { unknownObjects } from './objects.js';
import { isUnknown } from './words.js';

/** What the source has and a target of the same family will not have, a sentence each. */
export const lostOfFamily = (moved: Moved): string[] => [
  ...moved.schema.tables.flatMap((table) => {
    const engine = engineOf(table);
    const what = `engine ${engine} of ${tableName(table)}: it is InnoDB there, so that rows and mark commit together`;
    return engine === undefined ? [] : [what];
  }),
  ...moved.schema.tables.flatMap((table) =>
    [...table.constraints, ...table.indexes]
      .filter((part) => isUnknown(moved, part))
      .map(({ name, definition }) => `${name} of ${tableName(table)}: ${definition}`),
  ),
  ...unknownObjects(moved).map(({ id }) => `${id}: the target’s server has no such thing`),
];
