/** In which wave each table goes, by itself and by the configuration. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Table } from '../../../src/model/schema.js';
import { relations } from '../../../src/plan/foreign-keys.js';
import { phasesOf, type PhaseRule } from '../../../src/plan/phases.js';
import { table, tableName } from './fake.js';

const SHOP = [
  table({ name: 'country', rows: 200 }),
  table({ name: 'category', rows: 20 }),
  table({ name: 'setting', rows: 5 }),
  table({ name: 'customer', rows: 1e6, refers: ['country'] }),
  table({ name: 'product', rows: 1e5, refers: ['category', 'product'] }),
  table({ name: 'warehouse', rows: 50_000 }),
  table({ name: 'orders', rows: 1e7, refers: ['customer'] }),
  table({ name: 'items', rows: 4e7, refers: ['orders', 'product'] }),
  table({ name: 'shelf', rows: 1e5, refers: ['warehouse'] }),
  table({ name: 'orders_archive', rows: 1e8, refers: ['customer'] }),
  table({ name: 'clicks', rows: 1e9 }),
];

function named(tables: readonly Table[], rules: readonly PhaseRule[] = []): Record<string, string> {
  const { names, of } = phasesOf(tables, rules);
  return Object.fromEntries([...of].map(([name, i]) => [name.replace('public.', ''), names[i] ?? '?']));
}

it('goes by foreign keys, sizes and names', () => {
  expect(named(SHOP)).toEqual({
    ...{ country: 'reference', category: 'reference', setting: 'reference' },
    ...{ customer: 'master', product: 'master', warehouse: 'master' },
    ...{ orders: 'transaction', shelf: 'transaction', items: 'detail' },
    ...{ orders_archive: 'archive', clicks: 'archive' },
  });
});

it('without foreign keys nobody is taken for an archive but by name', () => {
  const lone = [table({ name: 'orders', rows: 1e7 }), table({ name: 'log_2019', rows: 10 }), table({ name: 'blog' })];
  expect(named(lone)).toEqual({ orders: 'transaction', log_2019: 'archive', blog: 'reference' });
});

it('has partitions where their table is', () => {
  const tables = [
    table({ name: 'sales', partition: '' }),
    table({ name: 'sales_old', partition: 'sales', rows: 9e4 }),
    table({ name: 'sales_new', partition: 'sales', refers: ['country'] }),
    table({ name: 'country' }),
  ];
  expect(named(tables)).toEqual({ country: 'reference', sales: 'master', sales_old: 'master', sales_new: 'master' });
});

it('the configuration has the last word, and new phases come where it puts them', () => {
  const rules = [
    { name: 'first', tables: ['public.order*', 'public.items'] },
    { name: 'master', tables: ['public.country'] },
    { name: 'then', tables: ['public.items', 'public.clicks'] },
  ];
  expect(phasesOf(SHOP, rules).names).toEqual([
    ...['first', 'reference', 'master', 'then', 'transaction', 'detail', 'archive'],
  ]);
  expect(named(SHOP, rules)).toMatchObject({
    ...{ orders: 'first', orders_archive: 'first', items: 'first', country: 'master', clicks: 'then' },
    ...{ category: 'reference', customer: 'master', shelf: 'transaction' },
  });
});

const schemas = fc
  .array(fc.record({ refers: fc.array(fc.nat(9), { maxLength: 3 }), rows: fc.constantFrom(10, 1e6) }), {
    maxLength: 10,
  })
  .map((all) =>
    all.map(({ refers, rows }, i) => table({ name: `t${i}`, rows, refers: [...new Set(refers)].map((n) => `t${n}`) })),
  );

it('no table is before one that it refers to, deferred keys aside', () => {
  fc.assert(
    fc.property(schemas, (tables) => {
      const { of } = phasesOf(tables);
      expect(of.size).toBe(tables.length);
      const { parents } = relations(tables);
      for (const name of tables.map(tableName))
        for (const parent of parents.get(name) ?? []) expect(of.get(parent)).toBeLessThanOrEqual(of.get(name) ?? -1);
    }),
  );
});
