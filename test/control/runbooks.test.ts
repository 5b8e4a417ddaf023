import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { freshControl } from './schema.js';

const folder = new URL('../../sql/runbooks/', import.meta.url);
const books = readdirSync(folder).filter((file) => file.endsWith('.sql'));

test.each(books)('%s: every statement runs as it is pasted', async (file) => {
  const { operator } = await freshControl(15);
  const sql = await operator();
  const text = readFileSync(new URL(file, folder), 'utf8').replace(/^--.*$/gm, '');
  const statements = text
    .split(';')
    .map((part) => part.trim())
    .filter(Boolean);
  expect(statements.length).toBeGreaterThan(1);
  for (const statement of statements) await sql.query(statement);
});

test('the page lists every runbook', () => {
  const page = readFileSync(new URL('README.md', folder), 'utf8');
  expect(books.filter((file) => !page.includes(`\`${file}\``))).toEqual([]);
});
