import { Fault } from '../../src/base/fault.js';
import { rewrite } from '../../src/db/bind.js';
import { tableName, type Schema, type Table } from '../../src/model/schema.js';

/** What the operator wants done to values before they go into a column: by table and column. */
export class Expressions {
  readonly #byColumn: ReadonlyMap<string, ReadonlyMap<string, string>>;

  constructor(schema?: Schema) {
    const tables = (schema?.tables ?? []).map((table) => [tableName(table), expressionsOf(table)] as const);
    this.#byColumn = new Map(tables.filter(([, expressions]) => expressions.size > 0));
  }

  has(table: Pick<Table, 'schema' | 'name'>): boolean {
    return this.#byColumn.has(tableName(table));
  }

  get(table: Pick<Table, 'schema' | 'name'>, column: string): string | undefined {
    return this.#byColumn.get(tableName(table))?.get(column);
  }
}

const expressionsOf = ({ columns }: Table): Map<string, string> =>
  new Map(
    columns.flatMap(({ name, override }) =>
      override?.expression === undefined ? [] : [[name, override.expression] as const],
    ),
  );

/** `:value` of the expression is `value`, a text. Fault `operator`: it names something else. */
export function withValue(expression: string, value: string): string {
  return rewrite(expression, (name) => {
    if (name === 'value') return value;
    throw new Fault('operator', `:${name} means nothing in the expression ${expression}`, {
      safe: 'nothing was written',
      hint: 'only :value stands for something: the value as canonical text',
    });
  });
}
