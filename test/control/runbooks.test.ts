import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { freshControl, isPostgres, TARGETS } from './schema.js';

const folder = new URL('../../sql/runbooks/', import.meta.url);
const books = readdirSync(folder).filter((file) => file.endsWith('.sql'));

const pasted = (file: string): string[] =>
  readFileSync(new URL(file, folder), 'utf8')
    .replace(/^--.*$/gm, '')
    .split(';')
    .map((part) => part.trim())
    .filter(Boolean);

describe.each(TARGETS)('on %s', (target) => {
  test('every statement runs as it is pasted', async () => {
    const { operator, typed } = await freshControl(target);
    const sql = await operator();
    if (!isPostgres(target)) await sql.query('SET sql_safe_updates = 1'); // as some clients do by themselves
    for (const file of books) {
      const statements = pasted(file);
      expect(statements.length).toBeGreaterThan(1);
      for (const statement of statements)
        await sql.query(typed(statement)).catch((cause: unknown) => {
          throw new Error(`${file}: ${statement}`, { cause });
        });
    }
  });
});

test('the page lists every runbook', () => {
  const page = readFileSync(new URL('README.md', folder), 'utf8');
  expect(books.filter((file) => !page.includes(`\`${file}\``))).toEqual([]);
});
