/** The rules that CONTRIBUTING.md names, over all of src, extractors and loaders; and over planted breaches of each. */
import { describe, expect, test } from 'vitest';
import { importBreaches } from './architecture/imports.js';
import { nameBreaches } from './architecture/names.js';
import { LIMITS, sizeBreaches } from './architecture/sizes.js';
import { productSources, type Source } from './architecture/source.js';

const sources = productSources();

test('there is something to look at', () => {
  expect(sources.length).toBeGreaterThan(30);
});

test('imports go down, never sideways, never up', () => {
  expect(importBreaches(sources)).toEqual([]);
});

test('no database is named outside its folders', () => {
  expect(nameBreaches(sources)).toEqual([]);
});

test('functions and files are small', () => {
  expect(sizeBreaches(sources)).toEqual([]);
});

const planted = (path: string, text: string): Source[] => [{ path, text }];

describe('a planted breach is caught:', () => {
  test.each([
    ['src/base/clock.ts', `import type { Table } from '../model/schema.js';`, '(up)'],
    ['src/db/lane.ts', `import { open } from '../store/directory.js';`, '(sideways)'],
    ['src/validate/gate.ts', `export * from '../control/task.js';`, '(sideways)'],
    ['src/plan/graph.ts', `export * from '../control/task.js';`, '(impure)'],
    ['src/plan/graph.ts', `import type { Db } from '../db/db.js';`, '(impure)'],
    ['src/plan/graph.ts', `import { cpus } from 'node:os';`, '(impure)'],
    ['extractors/mysql/index.ts', `import { x } from '../postgres/slices.js';`, '(sideways)'],
    ['extractors/mysql/index.ts', `import { x } from '../../loaders/mysql/types.js';`, '(sideways)'],
    ['extractors/mysql/index.ts', `import '../main.js';`, '(up)'],
    ['src/cli/main.ts', `await import('../../loaders/mysql/index.js');`, '(loads)'],
    ['src/cli/main.ts', `let x: import('../../loaders/mysql/index.js').X;`, '(loads)'],
    ['src/run/execute.ts', `import { x } from '../utils/x.js';`, '(unknown)'],
  ])('import in %s: %s', (path, text, kind) => {
    expect(importBreaches(planted(path, text))).toEqual([expect.stringContaining(kind)]);
  });

  test.each([
    ['src/cli/main.ts', `import { run } from '../daemon/load.js';\nimport pino from 'pino';`],
    ['extractors/main.ts', `import { run } from '../src/daemon/extract.js';`],
    ['src/plan/graph.ts', `import { Fault } from '../base/fault.js';\nimport type { Step } from '../model/step.js';`],
    ['extractors/mysql/index.ts', `import './canon.js';\nimport { x } from '../../src/db/mysql/session.js';`],
  ])('but not the imports of %s', (path, text) => {
    expect(importBreaches(planted(path, text))).toEqual([]);
  });

  test.each([
    ['src/daemon/load.ts', `const it = 'MySQL';`, ':1 names MySQL'],
    ['src/daemon/load.ts', `\n// as PostgreSQL does`, ':2 names PostgreSQL'],
    ['src/control/task.ts', `let db: PgDb;`, 'names PgDb'],
    ['src/control/task.ts', `import pg from 'pg';`, 'names pg'],
    ['loaders/mysql/index.ts', `// unlike mariadb's cousin Oracle`, 'names Oracle'],
    ['src/db/db.ts', `import listen from 'pg-listen';`, 'names pg-listen'],
  ])('name in %s: %s', (path, text, found) => {
    expect(nameBreaches(planted(path, text))).toEqual([expect.stringContaining(found)]);
  });

  test.each([
    ['src/model/schema.ts', `type Encoding = 'text' | 'pgcopy';`],
    ['src/db/postgres/wire.ts', `import pg from 'pg'; // PostgreSQL`],
    ['loaders/mysql/index.ts', `// MariaDB`],
  ])('but not the names in %s', (path, text) => {
    expect(nameBreaches(planted(path, text))).toEqual([]);
  });

  const body = (lines: number) => 'x();\n'.repeat(lines - 2);

  test('size', () => {
    const short = `const f = () => 1;\n`;
    const long = (lines: number) => `const g = () => {\n${body(lines)}};\n`;
    expect(sizeBreaches(planted('a.ts', short + short + long(LIMITS.function)))).toEqual([]);
    const [tooLong] = sizeBreaches(planted('a.ts', short + short + long(LIMITS.function + 1)));
    expect(tooLong).toContain('a.ts:3 has 61 lines');
    expect(sizeBreaches(planted('a.ts', body(LIMITS.file + 3)))).toEqual([expect.stringContaining('has 301 lines')]);
    expect(sizeBreaches(planted('a.ts', long(12)))).toEqual([expect.stringContaining('median')]);
  });
});
