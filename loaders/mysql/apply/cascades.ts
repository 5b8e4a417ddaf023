import type { Tx } from '../../../src/db/db.js';
import { quoteIdentifier } from '../../../src/db/mysql/quote.js';
import { tableName, type Table, type TableName } from '../../../src/model/schema.js';
import type { ForeignKey } from './foreign-keys.js';
import { joined } from './statements.js';
import type { Staged, Target, TargetColumn, Targets } from './targets.js';

/** So many foreign keys after one another does the engine itself follow. */
const DEEPEST = 15;

type Named = Pick<Table, 'schema' | 'name'>;

/** Rows of `table` that were found by following foreign keys from staged rows. */
interface Path {
  readonly table: Named;
  /** Of its last table. */
  readonly alias: string;
  /** What a statement joins, and under which conditions. */
  readonly from: string;
  readonly where: readonly string[];
  readonly passed: readonly TableName[];
}

/** New values by the names of their columns. */
type Values = ReadonlyMap<string, string>;

/**
 * Does to the rows of children what the source's engine did without writing it into its log (DATAPATH 4): before their
 * parents go or change, the last in line first, one statement for each foreign key on the way.
 */
export class Cascades {
  constructor(
    private readonly tx: Tx,
    private readonly targets: Targets,
  ) {}

  /** Rows of the target go: those that have the keys in `from`. */
  async ofDelete(target: Target, from: string): Promise<void> {
    await this.goes(begin(target, joined(target, from, target.keys, 'd0')));
  }

  /** Columns of the target change to what `from` has for them; rows are found by `keys`. */
  async ofUpdate(target: Target, from: string, sent: readonly TargetColumn[], keys?: readonly Staged[]): Promise<void> {
    const values = new Map(sent.map(({ source, name }) => [source, `s.${name}`]));
    await this.changes(begin(target, joined(target, from, keys, 'd0')), values);
  }

  private async goes(path: Path): Promise<void> {
    for (const key of this.targets.foreignKeys.onDelete(tableName(path.table))) {
      const next = await this.follow(path, key);
      if (next === undefined) continue;
      if (key.references.onDelete === 'cascade') {
        await this.goes(next);
        await this.tx.query(`DELETE ${next.alias} FROM ${next.from}${conditions(next)}`);
      } else await this.set(next, nulls(key));
    }
  }

  /** A table that changes already is left alone, as the engine does. */
  private async changes(path: Path, values: Values): Promise<void> {
    for (const key of this.targets.foreignKeys.onUpdate(tableName(path.table), values)) {
      if (path.passed.includes(tableName(key.child))) continue;
      const next = await this.follow({ ...path, where: [...path.where, differs(path, key, values)] }, key);
      if (next !== undefined)
        await this.set(next, key.references.onUpdate === 'cascade' ? handedOn(key, values) : nulls(key));
    }
  }

  private async set(path: Path, values: Values): Promise<void> {
    await this.changes(path, values);
    const set = [...values].map(([column, value]) => `${path.alias}.${quoteIdentifier(column)} = ${value}`);
    const sent = new Set([...values.keys()].map(quoteIdentifier));
    const untouched = await this.targets.untouched(this.tx, this.targets.of(path.table), path.alias, sent);
    await this.tx.query(`UPDATE ${path.from} SET ${[...set, ...untouched].join(', ')}${conditions(path)}`);
  }

  /** Undefined: no row refers to any of these. */
  private async follow(path: Path, key: ForeignKey): Promise<Path | undefined> {
    if (path.passed.length > DEEPEST) return undefined;
    const next = step(path, key, this.targets.of(key.child).name);
    const { rows } = await this.tx.query(`SELECT 1 FROM ${next.from}${conditions(next)} LIMIT 1`);
    return rows.length > 0 ? next : undefined;
  }
}

function begin({ changed, table }: Target, from: string): Path {
  return { table: changed, alias: 'd0', from, where: [], passed: [table] };
}

function step(path: Path, { child, columns, references }: ForeignKey, name: string): Path {
  const alias = `d${path.passed.length}`;
  const [own, theirs] = [columns, references.columns].map((names) => names.map(quoteIdentifier));
  const refers = own!.map((column, i) => `${alias}.${column} = ${path.alias}.${theirs![i]}`).join(' AND ');
  return {
    table: child,
    alias,
    from: `${path.from} STRAIGHT_JOIN ${name} AS ${alias} ON ${refers}`,
    where: path.where,
    passed: [...path.passed, tableName(child)],
  };
}

const conditions = ({ where }: Path): string => (where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`);

/** To the byte: what compares as equal may still be written in another way. */
function differs({ alias }: Path, { references }: ForeignKey, values: Values): string {
  const bytes = (value: string) => `CAST(${value} AS BINARY)`;
  const touched = references.columns.filter((column) => values.has(column));
  const same = touched.map(
    (column) => `${bytes(`${alias}.${quoteIdentifier(column)}`)} <=> ${bytes(values.get(column)!)}`,
  );
  return `NOT (${same.join(' AND ')})`;
}

const nulls = ({ columns }: ForeignKey): Values => new Map(columns.map((column) => [column, 'NULL']));

const handedOn = ({ columns, references }: ForeignKey, values: Values): Values =>
  new Map(
    columns.flatMap((column, i) => {
      const value = values.get(references.columns[i]!);
      return value === undefined ? [] : [[column, value] as const];
    }),
  );
