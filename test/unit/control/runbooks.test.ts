/** What a runbook may be written in, so that one text serves every dialect and nothing is named that there is not. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readRunbook, runbookNames } from '../../../src/control/runbook.js';
import { SETTINGS } from '../../../src/control/settings.js';

const CONTROL = readFileSync(new URL('../../../sql/CONTROL.md', import.meta.url), 'utf8');
const RELATIONS = new Set([...CONTROL.matchAll(/^### (\w+)$/gm)].map(([, name]) => name));
const ROUTINES = new Set(['wait_for']);
const FIXED = ['cut_over', 'source', 'target', 'migration'];
const AGGREGATES = ['count', 'sum', 'min', 'max'];

const read = (name: string, own: { schema?: string; table?: string } = {}) =>
  readRunbook(name, { schema: 'wirekite', ...own }) ?? expect.fail(`no runbook ${name}`);

/** What is in front of a bracket, outside of texts: functions, and what is none. */
const called = (sql: string) =>
  [...sql.replace(/'[^']*'/g, "''").matchAll(/([\w.]+)\s*\(/g)]
    .map(([, word = '']) => word)
    .filter((word) => !/^(IN|VALUES|wirekite\.\w+)$/.test(word));

describe.each(runbookNames())('%s', (name) => {
  const { text, title, statements } = read(name);

  it('says first when it is of use, and looks before it acts or after', () => {
    expect(text).toMatch(/^-- [^a-z]+\n\n-- /);
    expect(title).not.toBe('');
    expect(statements.filter(({ acts }) => !acts)).not.toEqual([]);
  });

  it('commits whatever changes something', () => {
    const parts = text.replace(/--.*$/gm, '').split(';');
    const next = new Map(parts.map((part, i) => [part.trim(), parts[i + 1]?.trim()]));
    for (const { sql } of statements.filter(({ acts }) => acts)) expect(next.get(sql), sql).toBe('COMMIT');
  });

  it('acts by UPDATE with a WHERE and by INSERT alone, as a client in its safe mode lets it', () => {
    for (const { sql } of statements.filter(({ acts }) => acts))
      expect(sql).toMatch(/^UPDATE wirekite\.\w+ SET [^;]+ WHERE |^INSERT INTO wirekite\.wirekite_command \(/);
    for (const [update] of text.matchAll(/UPDATE wirekite\.wirekite_action[^;]*;/g))
      expect(update).toContain(` WHERE action IN ('RUN', 'PAUSE', 'STOP');`);
  });

  it('has nothing that only one dialect understands', () => {
    for (const { sql } of statements) {
      expect(called(sql).filter((word) => !AGGREGATES.includes(word))).toEqual([]);
      expect(sql).not.toMatch(/::|\|\||["`]|\b(LIMIT|FETCH|INTERVAL|ILIKE|TRUE|FALSE|RETURNING)\b/i);
    }
  });

  it('names, also in its comments, only what there is', () => {
    const named = [...text.matchAll(/\bwirekite\.(?!sql)(\w+)/g)].map(([, relation = '']) => relation);
    expect(named.filter((relation) => !RELATIONS.has(relation) && !ROUTINES.has(relation))).toEqual([]);
    const files = [...text.matchAll(/\b([\w-]+)\.sql\b/g)].map(([, file = '']) => file);
    expect(files.filter((file) => !runbookNames().includes(file))).toEqual([]);
  });

  it('names settings that there are', () => {
    const ours = [...text.matchAll(/wirekite_setting\b[^;]*?\bname (?:= |IN \()([^;)]*)/g)];
    const names = ours.flatMap(([, list = '']) => [...list.matchAll(/'(\w+)'/g)].map(([, setting = '']) => setting));
    expect(names.filter((setting) => !(setting in SETTINGS) && !FIXED.includes(setting))).toEqual([]);
  });
});

describe('with one’s own names in it', () => {
  it('no schema is dropped but the one of the configuration', () => {
    const { text } = read('remove-openkite', { schema: 'steering' });
    expect(text).toMatch(/DROP SCHEMA steering CASCADE;[\s\S]*DROP DATABASE steering;/);
    expect(text).not.toMatch(/DROP \w+ wirekite\b(?!_)|wirekite\.\w/);
  });

  it('a table may be called anything', () => {
    const { statements } = read('reload-table', { table: `public.it's; $& -- $$` });
    expect(statements).toHaveLength(3);
    expect(statements[0]?.sql).toContain(`('RELOAD', 'public.it''s; $& -- $$', 'somebody`);
    expect(statements[2]?.sql).toMatch(/WHERE table_name = 'public\.it''s; \$& -- \$\$'$/);
  });
});
