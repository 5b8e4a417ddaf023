/** Chunk files that are damaged or lost between extraction and load (torture DK-06, DK-08, DK-10). */
import { closeSync, openSync, readSync, statSync, rmSync, truncateSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { contentsOf, type Contents } from './contents.js';
import { Migration } from './migration.js';
import { freshSource } from './source.js';

let source: URL;
let contents: Contents;

beforeAll(async () => {
  source = await freshSource();
  contents = await contentsOf(source);
});

function flip(path: string, at: (size: number) => number): void {
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  const place = at(statSync(path).size);
  readSync(file, byte, 0, 1, place);
  byte[0]! ^= 0x10;
  writeSync(file, byte, 0, 1, place);
  closeSync(file);
}

const damages: [string, (path: string) => void][] = [
  ['DK-06 cut', (path) => truncateSync(path, statSync(path).size >> 1)],
  ['DK-08 one bit flipped in its first rows', (path) => flip(path, () => 3000)],
  ['DK-08 one bit flipped in its last rows', (path) => flip(path, (size) => size - 3000)],
  ['DK-09 one bit flipped in the footer', (path) => flip(path, (size) => size - 40)],
  ['DK-10 gone', (path) => unlinkSync(path)],
  ['DK-10 empty', (path) => truncateSync(path, 0)],
];

/** The loader stands still at its first chunk until the file of another one is damaged. */
it.each(damages)('%s: refused, made again under the next number, and right in the end', async (_, damage) => {
  const migration = await Migration.create({ source, settings: { load_connections: 1 } });
  const run = migration.run('L1=SIGSTOP');
  const victim = await migration.row<{ source: string; table: string; chunks: number }>(
    `SELECT p.source, t.table_name AS table, t.chunk_count::int AS chunks
     FROM wirekite_progress p JOIN wirekite_table t USING (table_name)
     WHERE p.operation = 'DE' AND p.finish_time IS NOT NULL AND p.claimed_at IS NULL AND p.byte_count > 1500000 LIMIT 1`,
  );
  damage(join(migration.chunks, victim.source));
  await migration.thaw('load');
  expect(await run.code()).toBe(0);
  await migration.expectWhole(contents);
  const numbers = `SELECT max(chunk_number)::int AS last, count(*) FILTER (WHERE source = '${victim.source}')::int AS old
    FROM wirekite_progress WHERE table_name = '${victim.table}'`;
  const [made] = await migration.ask<{ last: number; old: number }>(numbers);
  expect(made?.old).toBe(0);
  expect(made?.last).toBeGreaterThanOrEqual(victim.chunks); // they count from 0
  expect(run.said).toMatch(/CHUNK_\w+/);
});

it('a chunk store that was deleted between two runs: half-read tables are read anew, nothing is lost or doubled', async () => {
  const migration = await Migration.create({ source });
  const run = migration.run();
  await migration.row(`SELECT 1 AS begun FROM wirekite_progress WHERE operation = 'D' AND mark::bigint > 0`);
  await migration.say('STOP');
  expect(await run.code()).toBe(4);
  rmSync(migration.chunks, { recursive: true });
  await migration.say('RUN');
  const second = migration.run();
  expect(await second.code(), second.said).toBe(0);
  await migration.expectWhole(contents);
});
