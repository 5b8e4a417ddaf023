import { tableName, type Schema } from '../../src/model/schema.js';
import { CUTOVER, rowsOf, type Step } from '../../src/model/step.js';
import { domainTurns } from './domain-turns.js';
import { buildId, isSplit } from './keys.js';

/**
 * The same steps, with the order that locks make wise, beside the one that makes them possible. Steps that come after
 * rows wait for each other's locks however long an index takes: nobody else uses these tables yet.
 */
export function inTurn(steps: readonly Step[], schema: Schema): Step[] {
  const known = new Set(steps.map(({ id }) => id));
  const turns = new Map([...indexTurns(schema), ...domainTurns(steps), ...cutoverTurns(steps, schema)]);
  const loads = new Set(schema.tables.map((table) => rowsOf(tableName(table))));
  return steps.map((step) => {
    const first = (turns.get(step.id) ?? []).filter((id) => known.has(id));
    const patient = step.needs.some((need) => loads.has(need)) && !step.needs.includes(CUTOVER);
    const statements = patient ? ['SET LOCAL lock_timeout = 0', ...step.statements] : step.statements;
    return { ...step, statements, needs: [...new Set([...step.needs, ...first])] };
  });
}

/**
 * What is built under a lock that keeps other builders out comes one by one; then indexes, those of split keys too, side
 * by side; then split keys are made of theirs, which takes a moment; then foreign keys. Only an index without expressions
 * is waited for: what an expression calls may need a key in turn.
 */
function indexTurns(schema: Schema): [string, string[]][] {
  return schema.tables.flatMap((table) => {
    const keys = table.constraints.filter(({ kind }) => kind === 'primary key' || kind === 'unique');
    const whole = keys.filter((key) => !isSplit(table, key)).map(({ id }) => id);
    const split = keys.filter((key) => isSplit(table, key));
    const indexes = [...table.indexes.map(({ id }) => id), ...split.map(buildId)];
    const plain = table.indexes.filter(({ needs }) => needs.every((need) => need === table.id)).map(({ id }) => id);
    const foreign = table.constraints.filter(({ kind }) => kind === 'foreign key').map(({ id }) => id);
    return [
      ...oneByOne(whole),
      ...indexes.map((id): [string, string[]] => [id, lastOf(whole)]),
      ...split.map(({ id }): [string, string[]] => [id, [...plain, ...split.map(buildId)]]),
      ...foreign.map((id): [string, string[]] => [id, [...lastOf(whole), ...split.map((key) => key.id), ...indexes]]),
    ];
  });
}

const oneByOne = (ids: readonly string[]): [string, string[]][] =>
  ids.slice(1).map((id, i) => [id, ids.slice(i, i + 1)]);

const lastOf = (ids: readonly string[]): string[] => ids.slice(-1);

/**
 * What schema objects wish for. And a table changes hands when all else at cutover is done to it: the mover may lose
 * the right to it, and grants, which follow, take no lock.
 */
function cutoverTurns(steps: readonly Step[], schema: Schema): [string, string[]][] {
  const busy = new Map<string, string[]>();
  for (const { id, kind, table, needs } of steps) {
    if (table === undefined || kind === 'owner' || kind === 'grant' || !needs.includes(CUTOVER)) continue;
    const list = busy.get(table);
    if (list) list.push(id);
    else busy.set(table, [id]);
  }
  return schema.objects.map(({ id, kind, table, after = [] }) => [
    id,
    kind === 'owner' ? [...after, ...(busy.get(table ?? '') ?? [])] : [...after],
  ]);
}
