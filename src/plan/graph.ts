/** Anything with a name that needs others, by theirs. */
export interface Node {
  readonly id: string;
  readonly needs: readonly string[];
}

/** `from` needs `to`. */
export interface Edge {
  readonly from: string;
  readonly to: string;
}

export interface Sorted<N extends Node> {
  /** Every node once, after all that it needs, deferred needs aside. */
  readonly order: readonly N[];
  /** Needs that close a circle: without them there is none. */
  readonly deferred: readonly Edge[];
  /** Needs that name nobody. */
  readonly unknown: readonly Edge[];
}

interface Visit<N> {
  readonly node: N;
  readonly needs: readonly string[];
  /** How many of its needs were looked at. */
  seen: number;
}

/**
 * Puts nodes in an order in which what is needed comes first, by depth-first search (Tarjan 1976): a need that leads back
 * to a node whose needs are still being looked at closes a circle, and is deferred. Roots and needs are taken in the order
 * of their ids, so the result depends on nothing but the graph. O(V + E) and the sorting of ids; no recursion, for chains are long.
 */
export function sortOut<N extends Node>(nodes: readonly N[]): Sorted<N> {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const ended = new Map<string, boolean>();
  const [order, deferred, unknown]: [N[], Edge[], Edge[]] = [[], [], []];
  const stack: Visit<N>[] = [];
  const enter = (node: N): void => {
    ended.set(node.id, false);
    stack.push({ node, needs: node.needs.length < 2 ? node.needs : ordered(node.needs), seen: 0 });
  };
  const look = (from: string, to: string): void => {
    const node = known.get(to);
    if (node === undefined) unknown.push({ from, to });
    else if (ended.get(to) === undefined) enter(node);
    else if (ended.get(to) === false) deferred.push({ from, to });
  };
  for (const root of ordered(known.keys())) {
    if (!ended.has(root)) enter(known.get(root) as N);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const need = top.needs[top.seen++];
      if (need !== undefined) look(top.node.id, need);
      else {
        stack.pop();
        ended.set(top.node.id, true);
        order.push(top.node);
      }
    }
  }
  return { order, deferred, unknown };
}

/** Each once, by code units, as every machine does it. */
export const ordered = (ids: Iterable<string>): string[] => [...new Set(ids)].sort();

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Groups in the order of their first members. */
export function grouped<K, V>(items: Iterable<V>, keyOf: (item: V) => K): Map<K, V[]> {
  const found = new Map<K, V[]>();
  for (const item of items) {
    const group = found.get(keyOf(item));
    if (group) group.push(item);
    else found.set(keyOf(item), [item]);
  }
  return found;
}

/** The same nodes without these needs. */
export function without<N extends Node>(nodes: readonly N[], edges: readonly Edge[]): N[] {
  const left = new Map<string, Set<string>>();
  for (const { from, to } of edges) left.set(from, (left.get(from) ?? new Set()).add(to));
  return nodes.map((node) => {
    const gone = left.get(node.id);
    return gone === undefined ? node : { ...node, needs: node.needs.filter((need) => !gone.has(need)) };
  });
}

/** Index by id. */
export const indexOf = (nodes: readonly Node[]): Map<string, number> => new Map(nodes.map(({ id }, i) => [id, i]));

/**
 * Who needs each node, by index; needs that name nobody are passed over. In two flat arrays, for there may be a hundred
 * thousand nodes: those who need node i are at ends[i] to ends[i + 1] of `all`.
 */
export function dependents(nodes: readonly Node[], at = indexOf(nodes)): (index: number) => Uint32Array {
  const links = (visit: (needed: number, by: number) => void): void => {
    for (const [by, { needs }] of nodes.entries())
      for (const need of new Set(needs)) {
        const needed = at.get(need);
        if (needed !== undefined) visit(needed, by);
      }
  };
  const ends = new Uint32Array(nodes.length + 1);
  links((needed) => void (ends[needed + 1] = (ends[needed + 1] ?? 0) + 1));
  for (let i = 1; i < ends.length; i++) ends[i] = (ends[i] ?? 0) + (ends[i - 1] ?? 0);
  const [all, free] = [new Uint32Array(ends.at(-1) ?? 0), ends.slice()];
  links((needed, by) => {
    const place = free[needed] ?? 0;
    all[place] = by;
    free[needed] = place + 1;
  });
  return (index) => all.subarray(ends[index], ends[index + 1]);
}
