/** Where windows must end for foreign keys whose actions are not in the source's log. */
import { expect, it } from 'vitest';
import { Cuts, Kin } from '../../src/daemon/kin.js';
import type { RowOp } from '../../src/model/change.js';
import type { Constraint, Table } from '../../src/model/schema.js';

const key = (columns: string[]): Constraint => constraint('primary key', columns);

const constraint = (kind: Constraint['kind'], columns: readonly string[]): Constraint => ({
  ...{
    id: '',
    name: '',
    definition: '',
    needs: [],
    kind,
    columns,
    inherited: false,
    deferrable: false,
    validated: true,
  },
});

function refers(table: string, columns: string[] = ['id'], unlogged = true): Constraint {
  const references = { table: `s.${table}`, columns, onDelete: 'cascade', onUpdate: 'cascade', unlogged } as const;
  return { ...constraint('foreign key', ['x']), references };
}

const table = (name: string, ...constraints: Constraint[]): Table => ({
  ...{ id: name, schema: 's', name, columns: [], hasRows: true, inherits: [], needs: [], indexes: [], encodings: [] },
  ...{ rowsEstimated: 0, bytesEstimated: 0, options: { unlogged: false, parameters: [] } },
  constraints: [key(['id']), ...constraints],
});

const shop = new Kin([
  table('customer'),
  table('bill', refers('customer')),
  table('line', refers('bill')),
  table('staff', refers('staff')),
  table('country'),
  table('city', refers('country', ['code'])),
  table('logged', refers('customer', ['id'], false)),
]);

/** The changes with `|` where the window ends. */
function cut(...changes: string[]): string {
  const cuts = new Cuts(shop);
  return changes
    .map((text) => {
      const [op, name = ''] = text.split(' ') as [RowOp, string];
      const changed = { id: '1', schema: 's', name, identity: 'd' as const, columns: [] };
      return (cuts.before({ op, table: changed }) ? '| ' : '') + text;
    })
    .join(' ');
}

it('binds parents, their children and theirs; nobody else', () => {
  expect([...shop.of('s.line')].sort()).toEqual(['s.bill', 's.customer', 's.line']);
  expect([...shop.of('s.logged')]).toEqual(['s.logged']);
  expect([...shop.ofAll(['s.city', 's.logged'])].sort()).toEqual(['s.city', 's.country', 's.logged']);
});

it.each([
  [['I bill', 'R customer', 'R customer'], 'I bill | R customer R customer'],
  [['R customer', 'U line', 'R customer'], 'R customer | U line | R customer'],
  [['R customer', 'I customer'], 'R customer | I customer'],
  [['I customer', 'R customer', 'K customer'], 'I customer R customer | K customer'],
  [['U customer', 'U bill', 'I line', 'U customer'], 'U customer U bill I line U customer'],
  [['R staff', 'R staff', 'U staff', 'R staff'], 'R staff R staff | U staff | R staff'],
  [['U country', 'I city', 'U country'], 'U country | I city | U country'],
  [['R logged', 'I logged', 'R customer', 'I logged'], 'R logged I logged R customer I logged'],
  [['R bill', 'R customer', 'I bill'], 'R bill | R customer | I bill'],
])('%j', (changes, expected) => {
  expect(cut(...changes)).toBe(expected);
});
