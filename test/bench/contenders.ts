import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { has, timed } from './process.js';

export interface Contender {
  readonly name: string;
  /** Why it cannot take part, or undefined. */
  readonly missing: string | undefined;
  /** Copies the source into an empty target; seconds. */
  copy(source: URL, target: URL): Promise<number>;
}

const CLI = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const absent = (...programs: string[]): string | undefined => programs.find((program) => !has(program));

export const openkite: Contender = {
  name: 'openkite run',
  missing: undefined,
  copy: (source, target) =>
    inFolder(async (folder) => {
      const file = join(folder, 'openkite.yaml');
      writeFileSync(
        file,
        'migration: bench\nsource: ${BENCH_SOURCE}\ntarget: ${BENCH_TARGET}\nchunks: { store: ./chunks }\n',
      );
      const env = { BENCH_SOURCE: source.href, BENCH_TARGET: target.href, OPENKITE_LOG: 'warn' };
      return timed(process.execPath, [CLI, 'run', '--execute', '-c', file], env);
    }),
};

/** Schema, then binary COPY pipes two at a time, largest first, then indexes and keys two at a time: by hand, the best. */
export const pipes: Contender = {
  name: 'binary COPY pipes, pg_restore -j2',
  missing: absent('psql', 'pg_dump', 'pg_restore'),
  copy: (source, target) =>
    inFolder((folder) =>
      timed('bash', ['-c', PIPES], { SOURCE: source.href, TARGET: target.href, DUMP: join(folder, 'schema') }),
    ),
};

const PIPES = `set -euo pipefail
pg_dump -Fc --schema-only -f "$DUMP" "$SOURCE"
pg_restore --section=pre-data -d "$TARGET" "$DUMP"
printf '%s\\n' items orders audit customers | xargs -P2 -I{} bash -c '
  psql -qX "$SOURCE" -c "COPY {} TO STDOUT (FORMAT binary)" | psql -qX "$TARGET" -c "COPY {} FROM STDIN (FORMAT binary)"'
pg_restore -j2 --section=post-data -d "$TARGET" "$DUMP"`;

export const pgcopydb: Contender = {
  name: 'pgcopydb clone',
  missing: absent('pgcopydb', 'pg_dump', 'pg_restore'),
  copy: (source, target) =>
    inFolder((folder) =>
      timed('pgcopydb', [
        ...['clone', '--source', source.href, '--target', target.href, '--dir', join(folder, 'work')],
        ...['--table-jobs', '2', '--index-jobs', '2', '--split-tables-larger-than', '100MB', '--no-owner'],
      ]),
    ),
};

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'openkite-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
