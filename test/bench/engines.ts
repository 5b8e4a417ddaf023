import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type Server } from '../../extractors/postgres/server.js';
import { MariaDb } from '../servers/mariadb.js';
import { onDatabase } from '../servers/session.js';
import { benchSql } from './bed.js';
import { benchBinlog } from './binlog.js';
import { openkite } from './contenders.js';
import { has, median, timed } from './process.js';

/** Durable as they come. */
const MARIADB = { 'innodb-flush-log-at-trx-commit': 1, 'sync-binlog': 1, 'innodb-buffer-pool-size': '1G' };
const POSTGRES = { wal_level: 'logical', shared_buffers: '512MB', max_wal_size: '4GB' };

/** With its default of 100,000 rows it runs out of memory here. */
const PGLOADER = ['--with', 'prefetch rows = 10000'];

/** 2 M rows of 16 columns from MariaDB into PostgreSQL and back, beside what is there for it. */
export async function benchEngines(rounds: number): Promise<void> {
  const [mariaDb, postgres] = [await MariaDb.start(MARIADB), await startServer({ major: 15, settings: POSTGRES })];
  try {
    await onDatabase(mariaDb.url(), (db) => db.query('CREATE DATABASE bench CHARACTER SET utf8mb4'));
    await onDatabase(mariaDb.url('bench'), (db) => db.query(benchSql('wide')));
    await benchBinlog(mariaDb);
    await intoPostgres(mariaDb, postgres, rounds);
    await onDatabase(postgres.url('bench'), (db) =>
      db.query('ALTER TABLE bench.wide SET SCHEMA public; DROP SCHEMA wirekite CASCADE'),
    );
    await intoMariaDb(mariaDb, postgres, rounds);
  } finally {
    await Promise.all([mariaDb.stop(), postgres.stop('immediate')]);
  }
}

async function intoPostgres(mariaDb: MariaDb, postgres: Server, rounds: number): Promise<void> {
  const source = mariaDb.url('bench');
  const seconds = { ours: [] as number[], pgloader: [] as number[] };
  const target = async (): Promise<URL> => {
    await onDatabase(postgres.url(), async (db) => {
      await db.query('DROP DATABASE IF EXISTS bench');
      await db.query('CREATE DATABASE bench TEMPLATE template0');
      await db.query('CHECKPOINT');
    });
    return postgres.url('bench');
  };
  for (let round = 0; round < rounds; round++) {
    if (has('pgloader'))
      seconds.pgloader.push(await timed('pgloader', [...PGLOADER, source.href, (await target()).href]));
    seconds.ours.push(await openkite.copy(source, await target()));
  }
  report('MariaDB to PostgreSQL', seconds.ours, 'pgloader', seconds.pgloader);
}

async function intoMariaDb(mariaDb: MariaDb, postgres: Server, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'openkite-bench-'));
  const seconds = { ours: [] as number[], ready: [] as number[] };
  const halves = ['id % 2 = 0', 'id % 2 = 1'].map((half, i) => ({ half, file: join(folder, `wide.${i}`) }));
  try {
    for (const { half, file } of halves) await unload(postgres.url('bench'), half, file);
    for (let round = 0; round < rounds; round++) {
      seconds.ready.push(
        await loadReady(
          await fresh(mariaDb),
          halves.map(({ file }) => file),
        ),
      );
      seconds.ours.push(await openkite.copy(postgres.url('bench'), await fresh(mariaDb)));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  report('PostgreSQL to MariaDB', seconds.ours, 'LOAD DATA from ready files, two at a time', seconds.ready);
}

async function fresh(mariaDb: MariaDb): Promise<URL> {
  await onDatabase(mariaDb.url(), (db) =>
    db.query('DROP DATABASE IF EXISTS wirekite; DROP DATABASE IF EXISTS bench_to; CREATE DATABASE bench_to'),
  );
  return mariaDb.url('bench_to');
}

function unload(url: URL, half: string, file: string): Promise<void> {
  const out = openSync(file, 'w');
  const sql = `COPY (SELECT * FROM public.wide WHERE ${half} ORDER BY id) TO STDOUT`;
  execFileSync('psql', ['-qX', url.href, '-c', sql], { stdio: ['ignore', out, 'inherit'] });
  closeSync(out);
  return Promise.resolve();
}

/** Into the table as its own engine made it, with its key. */
async function loadReady(target: URL, files: readonly string[]): Promise<number> {
  const make = benchSql('wide').split(';')[0] ?? '';
  await onDatabase(target, (db) => db.query(make));
  const client = `mariadb --local-infile --host=${target.hostname} --port=${target.port} --user=${target.username} bench_to`;
  const loads = files.map((file) => `${client} -e "LOAD DATA LOCAL INFILE '${file}' INTO TABLE wide" & `).join('');
  return timed('bash', ['-c', `set -e; ${loads} wait`], { MYSQL_PWD: target.password });
}

function report(what: string, ours: readonly number[], other: string, theirs: readonly number[]): void {
  const beside =
    theirs.length === 0
      ? `${other} is not installed`
      : `${other} ${median(theirs).toFixed(2)} s, ratio ${(median(ours) / median(theirs)).toFixed(2)}`;
  console.log(`${what}, 2 M rows of 16 columns: openkite ${median(ours).toFixed(2)} s; ${beside}`);
}
