/** A whole PostgreSQL database in MariaDB, every row of it, back in the words that came. */
import { expect, it } from 'vitest';
import extractors from '../../extractors/postgres/index.js';
import { Moved } from '../../loaders/mysql/targets.js';
import { serverOf } from '../../loaders/mysql/server.js';
import type { Snapshot } from '../../src/connector/extractor.js';
import { escape } from '../../src/format/text.js';
import type { Table } from '../../src/model/schema.js';
import { fileOfData, runDump } from '../servers/dump.js';
import { freshDatabase, only } from '../servers/index.js';
import { bed, perform, type Bed } from './bed.js';

async function rowsOf(snapshot: Snapshot, table: Table): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const append = (bytes: Uint8Array, start: number, end: number) =>
    void pieces.push(Buffer.from(bytes.subarray(start, end)));
  for (const slice of await snapshot.slices(table, 'text', 1 << 30))
    await snapshot.copy(slice, { row: () => undefined, append, ready: () => undefined });
  return Buffer.concat(pieces);
}

/** What the target has, as COPY text. */
async function backOf({ loader }: Bed, moved: Moved, table: Table): Promise<string[]> {
  const { name, columns } = moved.of(table);
  const list = columns.map((column, i) => `${column.back(column.name)} AS c${i}`).join(', ');
  const { rows } = await loader.db.query<Record<string, string | number | null>>(`SELECT ${list} FROM ${name}`);
  const field = (value: string | number | null | undefined) =>
    value === null || value === undefined ? '\\N' : escape(Buffer.from(String(value))).toString();
  return rows.map((row) => columns.map((_, i) => field(row[`c${i}`])).join('\t')).sort();
}

it('Pagila', { timeout: 120_000 }, async () => {
  const files = [fileOfData('pagila/pagila-schema.sql'), fileOfData('pagila/pagila-data.sql.gz')];
  if (files.includes(undefined)) return;
  const url = await freshDatabase(18);
  for (const path of files) await runDump(url, path ?? '');
  const extractor = await extractors.open(url, { name: 'openkite:test', controlSchema: 'wirekite' });
  const schema = await extractor.schema();
  const here = await bed(schema);
  const { loader } = here;
  expect(loader.mapping(schema).refused).toEqual([]);
  const steps = loader.steps(schema);
  await perform(loader, steps, 'before rows');
  const tables = schema.tables.filter(({ hasRows }) => hasRows);
  const snapshot = await extractor.snapshot(tables, 1);
  const moved = new Moved(schema, here.database, serverOf('10.11.19-MariaDB', 0));
  let count = 0;
  for (const table of tables) {
    const rows = await rowsOf(snapshot, table);
    const lines = rows.toString().split('\n').slice(0, -1);
    const taken = await loader.db.transaction((tx) => loader.write(tx, loader.layout(table, 'text'), only(rows)));
    expect(taken).toBe(lines.length);
    expect(await backOf(here, moved, table), table.name).toEqual(lines.sort());
    count += taken;
  }
  expect(count).toBeGreaterThan(40_000);
  await snapshot.close();
  const late = steps.filter(({ needs }) => needs.some((id) => id.startsWith('load ') || id === 'in step'));
  await perform(
    loader,
    late.map((step) => ({ ...step, needs: step.needs.filter((id) => late.some((other) => other.id === id)) })),
  );
  await perform(
    loader,
    loader.sequenceSteps(await extractor.sequences()).map((step) => ({ ...step, needs: [] })),
  );
  const { rows } = await loader.db.query<Record<string, string>>(
    `SELECT COUNT(*) AS n FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = :name`,
    { name: here.database },
  );
  expect(Number(rows[0]?.['n'])).toBeGreaterThan(15);
  await extractor.close();
  await here.close();
});
