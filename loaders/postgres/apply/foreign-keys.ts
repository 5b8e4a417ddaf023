/** Tables by the server's number; of partitions, the table above them. */
export interface ForeignKey extends Record<string, unknown> {
  readonly child: string;
  readonly parent: string;
  /** a nothing, r restrict, c cascade, n set null, d set default. */
  readonly on_delete: string;
  readonly on_update: string;
}

interface Rooted {
  readonly root: string;
}

/** The target's foreign keys: in which order tables are written, and what the target does to rows by itself. */
export class ForeignKeys {
  constructor(private readonly keys: readonly ForeignKey[]) {}

  /** Those that others refer to come first. Within a circle, any order. */
  parentsFirst<T extends { readonly target: Rooted }>(works: readonly T[]): T[] {
    const sorted: T[] = [];
    const seen = new Set<string>();
    const visit = (root: string): void => {
      if (seen.has(root)) return;
      seen.add(root);
      for (const key of this.keys) if (key.child === root) visit(key.parent);
      sorted.push(...works.filter(({ target }) => target.root === root));
    };
    for (const { target } of works) visit(target.root);
    return sorted;
  }

  /** Whether rows of this table vanish with those that they refer to. */
  deletes({ root }: Rooted): boolean {
    return this.keys.some((key) => key.child === root && key.on_delete === 'c');
  }

  /** Whether rows of the child go, or let go, with those of the parent. */
  cascades(child: Rooted, parent: Rooted): boolean {
    return this.#between(child, parent).some((key) => /[cnd]/.test(key.on_delete));
  }

  /** Whether columns of the child change with those of the parent. */
  follows(child: Rooted, parent: Rooted): boolean {
    return this.#between(child, parent).some((key) => /[cnd]/.test(key.on_update));
  }

  #between(child: Rooted, parent: Rooted): ForeignKey[] {
    return this.keys.filter((key) => key.child === child.root && key.parent === parent.root);
  }

  /** Whether columns of this table change with the rows that they refer to. */
  changes({ root }: Rooted): boolean {
    return this.keys.some((key) => key.child === root && (/[nd]/.test(key.on_delete) || /[cnd]/.test(key.on_update)));
  }
}
