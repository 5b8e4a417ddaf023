import type { SequenceValue } from '../../src/model/schema.js';
import { tableName } from '../../src/model/schema.js';
import { CUTOVER, type Step } from '../../src/model/step.js';
import { countingColumn } from './foreign/create.js';
import { foreignSteps } from './foreign/steps.js';
import type { Moved } from './targets.js';

/** Everything that must be made. Each step is one statement, which commits by itself. */
export const steps = (moved: Moved): Step[] => foreignSteps(moved);

/** Where columns go on counting, once nobody writes to the source any more. A sequence that no column counts by is passed over. */
export function counterSteps(moved: Moved, values: readonly SequenceValue[]): Step[] {
  return values.flatMap(({ sequence, last, called, column }) => {
    const table = moved.schema.tables.find((one) => tableName(one) === column?.table);
    const next = BigInt(last) + (called ? 1n : 0n);
    if (table === undefined || next < 1n) return [];
    const counting = countingColumn(moved.of(table))?.column.column.name;
    if (counting !== column?.name) return [];
    const sql = `ALTER TABLE ${moved.nameOf(table)} AUTO_INCREMENT = ${next}`;
    return [
      {
        id: `value of sequence ${sequence}`,
        kind: 'sequence value',
        statements: [sql],
        needs: [CUTOVER],
        repeats: true,
        bytes: 0,
      },
    ];
  });
}
