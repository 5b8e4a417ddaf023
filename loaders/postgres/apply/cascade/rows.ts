import type { Tx } from '../../../../src/db/db.js';
import { fieldOf, rowOf } from '../../../../src/format/fields.js';
import type { FarValues } from '../../../../src/model/change.js';
import type { Staged } from '../acts.js';
import type { Staging } from '../staging.js';
import type { Target, TargetColumn, Targets } from '../targets.js';
import type { UnloggedKey } from './unlogged.js';

/** Values as texts. */
export type Values = readonly (string | null)[];

/** The rows that refer to others by a key. */
export interface Child {
  readonly target: Target;
  /** Those of the key. */
  readonly columns: readonly TargetColumn[];
  readonly types: readonly string[];
}

/** Reads and changes rows of the target on behalf of cascades. */
export class Rows {
  constructor(
    readonly targets: Targets,
    private readonly staging: Staging,
  ) {}

  async child(tx: Tx, { child, columns: names }: UnloggedKey): Promise<Child> {
    const target = await this.targets.get(tx, child);
    const columns = columnsOf(target, names);
    return { target, columns, types: columns.map(({ type }) => type) };
  }

  /** The values that the statement returns. */
  async read(tx: Tx, staged: Staged, far?: FarValues): Promise<Values[]> {
    const { rows } = await this.staging.query<Record<string, string | null>>(tx, staged, far);
    return rows.map((row) => Object.values(row));
  }

  async change(tx: Tx, staged: Staged): Promise<void> {
    if (staged.rows.length > 0) await this.staging.run(tx, staged, undefined);
  }
}

/** By their names at the source, which are those of the target. */
export const columnsOf = ({ changed, columns }: Target, names: readonly string[]): TargetColumn[] =>
  names.map((name) => columns[changed.columns.findIndex((column) => column.name === name)]!);

export const lineOf = (values: Values): Buffer => rowOf(values.map(fieldOf));

/** Each once, and none that refers to nothing. */
export const distinct = (all: readonly Values[]): Buffer[] => [
  ...new Map(
    all
      .filter((values) => !values.includes(null))
      .map(lineOf)
      .map((line) => [line.toString(), line]),
  ).values(),
];
