import { quoteIdentifier } from '../../src/db/postgres/quote.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import {
  storedColumns,
  tableName,
  type Encoding,
  type Schema,
  type SequenceValue,
  type Table,
} from '../../src/model/schema.js';
import { CUTOVER, IN_STEP, rowsOf, type Step } from '../../src/model/step.js';
import { PgLoader } from '../../loaders/postgres/loader.js';
import { sequenceSteps } from '../../loaders/postgres/sequences.js';
import { steps } from '../../loaders/postgres/steps.js';

/** A step of the plan, or an event in it. */
interface Act {
  readonly id: string;
  readonly needs: readonly string[];
  run(): Promise<void>;
}

export interface Restored {
  /** Ids in the order in which they were made. */
  readonly order: readonly string[];
  /** What optional steps said when they failed. */
  readonly complaints: readonly string[];
}

/** Makes a schema on a target, rows included, in an order drawn by lot from those that respect `needs`. */
export async function restore(
  schema: Schema,
  values: readonly SequenceValue[],
  { from, to, major, seed }: { from: PgDb; to: PgDb; major: number; seed: number },
): Promise<Restored> {
  const plan = steps(schema, major);
  const complaints: string[] = [];
  const run = (step: Step) => async () => {
    try {
      await to.transaction(async (tx) => {
        for (const statement of step.statements) await tx.query(statement);
      });
    } catch (error) {
      const told = `${step.id}: ${String(error)}\n${step.statements.join(';\n')}`;
      if (!step.optional) throw new Error(told, { cause: error });
      complaints.push(told);
    }
  };
  const loads = schema.tables
    .filter((table) => table.hasRows)
    .map((table) => ({
      id: rowsOf(tableName(table)),
      needs: [table.id],
      run: () => copy(table, new PgLoader(to, major).accepts(table), from, to),
    }));
  const inStep: Act = { id: IN_STEP, needs: loads.map(({ id }) => id), run: () => Promise.resolve() };
  const acts: Act[] = [...loads, inStep, ...plan.map((step) => ({ ...step, run: run(step) }))];
  const end: Act = { id: CUTOVER, needs: beforeCutover(acts), run: () => Promise.resolve() };
  const order = await inDrawnOrder([...acts, end], drawing(seed));
  for (const step of sequenceSteps(values)) await run(step)();
  return { order, complaints };
}

async function inDrawnOrder(acts: readonly Act[], draw: (below: number) => number): Promise<string[]> {
  const order: string[] = [];
  const done = new Set<string>();
  const waiting = new Set(acts);
  while (waiting.size > 0) {
    const ready = [...waiting].filter((act) => act.needs.every((need) => done.has(need)));
    const act = ready[draw(ready.length)];
    if (act === undefined)
      throw new Error(`stuck: ${[...waiting].map((a) => `${a.id} needs ${a.needs.join()}`).join('\n')}`);
    await act.run();
    waiting.delete(act);
    done.add(act.id);
    order.push(act.id);
  }
  return order;
}

function beforeCutover(acts: readonly Act[]): string[] {
  const late = new Set([CUTOVER]);
  for (let size = 0; size !== late.size;) {
    size = late.size;
    for (const act of acts) if (act.needs.some((need) => late.has(need))) late.add(act.id);
  }
  return acts.map((act) => act.id).filter((id) => !late.has(id));
}

/** The same sequence for the same seed (a linear congruence). */
function drawing(seed: number): (below: number) => number {
  let state = BigInt(seed);
  return (below) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number((state >> 33n) % BigInt(Math.max(below, 1)));
  };
}

async function copy(table: Table, accepted: readonly Encoding[], from: PgDb, to: PgDb): Promise<void> {
  const columns = storedColumns(table).map((column) => quoteIdentifier(column.name));
  const name = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
  const format = table.encodings.find((encoding) => accepted.includes(encoding)) === 'pgcopy' ? ' (FORMAT binary)' : '';
  const pieces: Uint8Array[] = [];
  const select = `SELECT ${columns.join(', ')} FROM ONLY ${name}`;
  await from.unload(`COPY (${select}) TO STDOUT${format}`, {
    row: () => undefined,
    append: (bytes, start, end) => void pieces.push(bytes.slice(start, end)),
    ready: () => undefined,
  });
  const into = columns.length > 0 ? `${name} (${columns.join(', ')})` : name;
  await to.load(`COPY ${into} FROM STDIN${format}`, each(pieces));
}

async function* each(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield* pieces;
}
