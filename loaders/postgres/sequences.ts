import { quoteLiteral } from '../../src/db/postgres/quote.js';
import { tableName, type Schema, type SequenceValue } from '../../src/model/schema.js';
import { CUTOVER, type Step } from '../../src/model/step.js';
import { qualified } from './create-table.js';

/** A sequence that was left out with its table is passed over. */
export const sequenceSteps = (values: readonly SequenceValue[]): Step[] =>
  values.map((value) =>
    step(
      value,
      `SELECT pg_catalog.setval(s, ${value.last}, ${value.called}) FROM to_regclass(${quoteLiteral(value.sequence)}) AS s WHERE s IS NOT NULL`,
    ),
  );

/** Of another dialect: a sequence is known by the column that counts by it. */
export function identitySteps(values: readonly SequenceValue[], schema: Schema): Step[] {
  const tables = new Map(schema.tables.map((table) => [tableName(table), table]));
  return values.flatMap((value) => {
    const table = tables.get(value.column?.table ?? '');
    const column = table?.columns.find(({ name, identity }) => identity && name === value.column?.name);
    if (table === undefined || column === undefined) return [];
    const sequence = `pg_catalog.pg_get_serial_sequence(${quoteLiteral(qualified(table))}, ${quoteLiteral(column.name)})`;
    return [{ ...step(value, `SELECT pg_catalog.setval(${sequence}, ${counted(value)})`), table: tableName(table) }];
  });
}

/** An identity begins at 1. */
const counted = ({ last, called }: SequenceValue): string => (last === '0' ? '1, false' : `${last}, ${called}`);

const step = ({ sequence }: SequenceValue, statement: string): Step => ({
  id: `value of sequence ${sequence}`,
  kind: 'sequence value',
  statements: [statement],
  needs: [CUTOVER],
  repeats: true,
  bytes: 0,
});
