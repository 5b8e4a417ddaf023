/** How a phase stands while a plan is carried out. */
export interface Phase {
  /** From 1. */
  readonly phase: number;
  readonly hasEnded: boolean;
}

/** Which phases are to be open now. Nothing of the others is begun. In the order of phases; pure. */
export type OpenPhases = (phases: readonly Phase[]) => number[];

export type Model = 'frontier' | 'wave';

/**
 * What makes a run a wave or a frontier; all else of it is the same. Who is open stays open: a table of an earlier phase that
 * is read anew does not stop a later one that has begun, and the next one waits for both.
 */
export const openPhases: Readonly<Record<Model, OpenPhases>> = {
  frontier: (phases) => phases.map(({ phase }) => phase),
  wave: (phases) =>
    phases
      .filter(({ hasEnded }) => !hasEnded)
      .map(({ phase }) => phase)
      .slice(0, 1),
};

/**
 * The phases of a plan that has grown, by their names and in one order: those that a new plan has not any more stay, with
 * what is in them. Those of before come first between two that both have.
 */
export function mergedPhases(before: readonly string[], wanted: readonly string[]): string[] {
  const merged: string[] = [];
  const added = new Set(wanted.filter((name) => !before.includes(name)));
  let next = 0;
  for (const name of before) {
    const at = wanted.indexOf(name, next);
    if (at >= 0) {
      merged.push(...wanted.slice(next, at).filter((between) => added.has(between)));
      next = at + 1;
    }
    merged.push(name);
  }
  return [...merged, ...wanted.slice(next).filter((name) => added.has(name))];
}
