/** Orders, circles and what is missing; of foreign keys too. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { relations } from '../../../src/plan/foreign-keys.js';
import { dependents, sortOut, without, type Node } from '../../../src/plan/graph.js';
import { shuffled, table } from './fake.js';

const node = (id: string, ...needs: string[]): Node => ({ id, needs });
const ids = (nodes: readonly Node[]): string => nodes.map(({ id }) => id).join(' ');

it('puts what is needed first, and else goes by ids', () => {
  const nodes = [node('c', 'b'), node('a', 'c', 'd'), node('d'), node('b')];
  expect(ids(sortOut(nodes).order)).toBe('b c d a');
  expect(sortOut(shuffled(nodes))).toEqual(sortOut(nodes));
});

it('opens a circle at one need, and names it', () => {
  const found = sortOut([node('a', 'b'), node('b', 'c'), node('c', 'a'), node('d', 'd')]);
  expect(found.deferred).toEqual([
    { from: 'c', to: 'a' },
    { from: 'd', to: 'd' },
  ]);
  expect(ids(found.order)).toBe('c b a d');
});

it('names needs that nobody has', () => {
  const nodes = [node('a', 'x'), node('b', 'a')];
  const found = sortOut(nodes);
  expect(found).toMatchObject({ unknown: [{ from: 'a', to: 'x' }], deferred: [] });
  expect(without(nodes, found.unknown)).toEqual([node('a'), node('b', 'a')]);
});

it('tells who needs whom', () => {
  const after = dependents([node('a'), node('b', 'a', 'a'), node('c', 'a', 'b', 'x')]);
  expect([0, 1, 2].map((i) => [...after(i)])).toEqual([[1, 2], [2], []]);
});

const graphs = fc
  .array(fc.array(fc.nat(14), { maxLength: 4 }), { minLength: 1, maxLength: 12 })
  .map((all) => all.map((needs, i) => node(`n${i}`, ...needs.map((n) => `n${n}`))));

it('in any graph: each node once, after all that is left of its needs; the order of the input does not matter', () => {
  fc.assert(
    fc.property(graphs, (nodes) => {
      const { order, deferred, unknown } = sortOut(nodes);
      expect(sortOut(shuffled(nodes))).toEqual({ order, deferred, unknown });
      expect(order.length).toBe(nodes.length);
      const place = new Map(order.map(({ id }, i) => [id, i]));
      for (const [i, { needs }] of without(order, [...deferred, ...unknown]).entries())
        for (const need of needs) expect(place.get(need)).toBeLessThan(i);
      for (const { to } of unknown) expect(place.has(to)).toBe(false);
      // nothing is deferred but for a circle: the need leads back to who has it
      for (const { from, to } of deferred) expect(reaches(nodes, to, from)).toBe(true);
    }),
  );
});

function reaches(nodes: readonly Node[], from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const id of seen) for (const need of nodes.find((n) => n.id === id)?.needs ?? []) seen.add(need);
  return seen.has(to);
}

it('a chain of any length does not run out of stack', () => {
  const chain = Array.from({ length: 100_000 }, (_, i) => node(`n${i}`, `n${i + 1}`));
  expect(sortOut(chain).order.length).toBe(100_000);
});

it('names the foreign keys that close a circle, those to the same table aside', () => {
  const tables = [
    table({ name: 'employee', refers: ['department', 'employee'] }),
    table({ name: 'department', refers: ['employee', 'country'] }),
    table({ name: 'country' }),
    table({ name: 'elsewhere', refers: ['not_moved'] }),
  ];
  const found = relations(shuffled(tables));
  expect(found.deferred).toEqual([
    { name: 'employee_department_0', table: 'public.employee', references: 'public.department' },
  ]);
  expect(found.families.map(({ name }) => name)).toEqual([
    'public.country',
    'public.employee',
    'public.department',
    'public.elsewhere',
  ]);
});

it('takes a table and its partitions for one', () => {
  const tables = [
    table({ name: 'sales', partition: '' }),
    table({ name: 'sales_1', partition: 'sales', refers: ['country', 'sales_2'] }),
    table({ name: 'sales_2', partition: 'sales' }),
    table({ name: 'country' }),
  ];
  const { families, parents, referred } = relations(tables);
  expect(families.map(({ name, members }) => [name, members.length])).toEqual([
    ['public.country', 1],
    ['public.sales', 3],
  ]);
  expect(parents.get('public.sales')).toEqual(['public.country']);
  expect([...referred]).toEqual(['public.country']);
});
