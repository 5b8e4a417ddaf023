import type { Step } from '../../src/model/step.js';

/** What keeps values of a domain, and so may keep them within an array, a row or a range. */
const HOLDERS = new Set(['table', 'materialized view']);

/**
 * A check is added to a domain before any table is there that uses it: once the domain stands within an array or a row of a
 * table, the server refuses that, whatever the rows (ALTER DOMAIN, notes). But for tables that the check itself needs.
 */
export function domainTurns(steps: readonly Step[]): [string, string[]][] {
  const checks = steps.filter(({ kind }) => kind === 'domain constraint');
  if (checks.length === 0) return [];
  const known = new Map(steps.map((step) => [step.id, step]));
  const needs = (id: string): readonly string[] => known.get(id)?.needs ?? [];
  const users = usersOf(steps);
  const turns = new Map<string, string[]>();
  for (const check of checks) {
    const before = reached([check.id], needs);
    const types = check.needs.filter((id) => known.get(id)?.kind === 'type');
    for (const id of reached(types, (other) => users.get(other) ?? []))
      if (HOLDERS.has(known.get(id)?.kind ?? '') && !before.has(id))
        turns.set(id, [...(turns.get(id) ?? []), check.id]);
  }
  return [...turns];
}

function usersOf(steps: readonly Step[]): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const { id, needs } of steps)
    for (const need of needs) {
      const list = users.get(need);
      if (list) list.push(id);
      else users.set(need, [id]);
    }
  return users;
}

function reached(from: readonly string[], next: (id: string) => readonly string[]): Set<string> {
  const found = new Set(from);
  for (const id of found) for (const other of next(id)) found.add(other);
  return found;
}
