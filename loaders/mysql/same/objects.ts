import { quoteIdentifier } from '../../../src/db/mysql/quote.js';
import type { SchemaObject } from '../../../src/model/schema.js';
import { CUTOVER, type Step } from '../../../src/model/step.js';
import type { Moved } from '../targets.js';
import { said } from './words.js';

/** Which MySQL has not got. */
const MARIADB_ONLY = ['sequence', 'package', 'package body'];

/** Objects that the target cannot have. */
export const unknownObjects = ({ schema, server }: Moved): SchemaObject[] =>
  schema.objects.filter(({ kind }) => !server.mariadb && MARIADB_ONLY.includes(kind));

/**
 * Views, routines, triggers, events, sequences. They name each other without a database, so each is made from within the
 * one that it is of: the session is put back afterwards, whatever comes of it (`Settled`). Between the two branches of the
 * family a failure is told and does not stop the run.
 */
export function objectSteps(moved: Moved): Step[] {
  const unknown = unknownObjects(moved);
  const use = `USE ${quoteIdentifier(moved.home)}`;
  return moved.schema.objects
    .filter((object) => !unknown.includes(object))
    .map(({ id, kind, table, statements, needs, after = [], when, optional, undo }) => ({
      id,
      kind,
      ...(table === undefined ? {} : { table }),
      statements: [use, ...statements.map((statement) => said(moved, statement))],
      needs: [...needs, ...after, ...(when === 'at cutover' ? [CUTOVER] : [])],
      ...(optional === true || !moved.isAlike ? { optional: true } : {}),
      ...(undo === undefined ? {} : { undo }),
      bytes: 0,
    }));
}
