/** A loader on a fresh database of the shared server, and what a run would do with it. */
import connector from '../../loaders/mysql/index.js';
import type { Loader } from '../../src/connector/loader.js';
import { Fault } from '../../src/base/fault.js';
import { escape } from '../../src/format/text.js';
import type { Schema, Table } from '../../src/model/schema.js';
import { CUTOVER, IN_STEP, type Step } from '../../src/model/step.js';
import { freshMariaDb } from '../servers/index.js';

export interface Bed {
  readonly loader: Loader;
  readonly database: string;
  close(): Promise<void>;
}

export async function bed(schema: Schema): Promise<Bed> {
  const url = await freshMariaDb();
  const loader = await connector.open(url, { name: 'openkite:test', controlSchema: url.pathname.slice(1) });
  loader.learn(schema);
  return { loader, database: url.pathname.slice(1), close: () => loader.close() };
}

const isEvent = (id: string): boolean => id === CUTOVER || id === IN_STEP || id.startsWith('load ');

/** In an order that respects what they need; each one twice, as after a crash. Those after an event only if it is named. */
export async function perform(
  loader: Loader,
  steps: readonly Step[],
  when: 'before rows' | 'all' = 'all',
): Promise<void> {
  const done = new Set<string>();
  const late = (step: Step) => when === 'before rows' && step.needs.some(isEvent);
  const left = new Set(steps.filter((step) => !late(step)));
  while (left.size > 0) {
    const next = [...left].find((step) => step.needs.every((need) => done.has(need) || isEvent(need)));
    if (!next)
      throw new Error(
        `these need what nobody makes: ${[...left].map(({ id, needs }) => `${id}: ${needs.join(', ')}`).join('; ')}`,
      );
    const [first = ''] = next.statements;
    if (next.statements.length > 1 && !first.startsWith('USE ')) throw new Error(`${next.id} has several statements`);
    const sql = next.statements.join(';\n');
    await loader.db.query(sql);
    await loader.db.query(sql).catch((error: unknown) => {
      if (!(error instanceof Fault) || !loader.isDone?.(error)) throw error;
    });
    done.add(next.id);
    left.delete(next);
  }
}

/** Canonical texts, or null. */
export type Values = readonly (string | null)[];

export const rowOf = (values: Values): Buffer =>
  Buffer.concat([
    ...values.flatMap((value, i) => [
      ...(i === 0 ? [] : [Buffer.from('\t')]),
      value === null ? Buffer.from('\\N') : escape(Buffer.from(value)),
    ]),
    Buffer.from('\n'),
  ]);

/** In pieces of so many bytes: a cut can be anywhere. */
export function load({ loader }: Bed, table: Table, rows: readonly Values[], piece = 7): Promise<number> {
  const bytes = Buffer.concat(rows.map(rowOf));
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += piece) yield await Promise.resolve(bytes.subarray(at, at + piece));
  }
  return loader.db.transaction((tx) => loader.write(tx, loader.layout(table, 'text'), pieces()));
}
