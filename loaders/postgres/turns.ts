import { tableName, type Schema } from '../../src/model/schema.js';
import { CUTOVER, rowsOf, type Step } from '../../src/model/step.js';

/**
 * The same steps, with the order that locks make wise, beside the one that makes them possible. Steps that come after
 * rows wait for each other's locks however long an index takes: nobody else uses these tables yet.
 */
export function inTurn(steps: readonly Step[], schema: Schema): Step[] {
  const known = new Set(steps.map(({ id }) => id));
  const turns = new Map([...indexTurns(schema), ...cutoverTurns(steps, schema)]);
  const loads = new Set(schema.tables.map((table) => rowsOf(tableName(table))));
  return steps.map((step) => {
    const first = (turns.get(step.id) ?? []).filter((id) => known.has(id));
    const patient = step.needs.some((need) => loads.has(need)) && !step.needs.includes(CUTOVER);
    const statements = patient ? ['SET LOCAL lock_timeout = 0', ...step.statements] : step.statements;
    return { ...step, statements, needs: [...new Set([...step.needs, ...first])] };
  });
}

/**
 * A key is built under a lock that keeps other builders out: keys one by one, then indexes side by side, then foreign
 * keys. Only what has no expressions is waited for: nothing that an expression calls can need one of these in turn.
 */
function indexTurns(schema: Schema): [string, string[]][] {
  return schema.tables.flatMap((table) => {
    const keys = table.constraints
      .filter(({ kind }) => kind === 'primary key' || kind === 'unique')
      .map(({ id }) => id);
    const indexes = table.indexes.map(({ id }) => id);
    const foreign = table.constraints.filter(({ kind }) => kind === 'foreign key').map(({ id }) => id);
    return [
      ...keys.slice(1).map((id, i): [string, string[]] => [id, keys.slice(i, i + 1)]),
      ...indexes.map((id): [string, string[]] => [id, lastOf(keys)]),
      ...foreign.map((id): [string, string[]] => [id, [...lastOf(keys), ...indexes]]),
    ];
  });
}

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
