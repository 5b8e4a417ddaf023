/** Schemas out of nothing, what a loader makes of them, and tasks without any. */
import { execution } from '../../../src/daemon/execution.js';
import { steps } from '../../../loaders/postgres/steps.js';
import type { Extractor } from '../../../src/connector/extractor.js';
import type { Loader } from '../../../src/connector/loader.js';
import type { Config } from '../../../src/daemon/config.js';
import { makePlan, type Plan } from '../../../src/daemon/plan.js';
import { tableName, type Constraint, type Index, type Schema, type Table } from '../../../src/model/schema.js';
import { NOTHING, type Resources, type Task } from '../../../src/plan/task.js';

export interface Wanted {
  readonly name: string;
  readonly rows?: number;
  readonly bytes?: number;
  /** Names of tables of the same schema. */
  readonly refers?: readonly string[];
  readonly indexes?: number;
  /** Of which table it is a partition; `''`: it is partitioned. */
  readonly partition?: string;
}

export function table({ name, rows = 1000, bytes = rows * 100, refers = [], indexes = 0, partition }: Wanted): Table {
  const keys = refers.map((other, i) => foreignKey(name, other, i));
  const made = Array.from({ length: indexes }, (_, i) => index(name, i));
  const id = `table public.${name}`;
  return {
    ...{ id, schema: 'public', name, columns: [], hasRows: partition !== '', inherits: [], needs: [], indexes: made },
    ...{
      options: { unlogged: false, parameters: [] },
      rowsEstimated: rows,
      bytesEstimated: bytes,
      encodings: ['text'],
    },
    constraints: [primaryKey(name), ...keys],
    ...(partition === undefined ? {} : { partition: placeOf(partition) }),
  };
}

const placeOf = (parent: string) =>
  parent === '' ? { by: 'RANGE (id)' } : { of: { parent: `public.${parent}`, bound: 'DEFAULT' } };

const primaryKey = (name: string): Constraint => ({
  ...constraint(name, `${name}_pkey`, 'primary key', 'PRIMARY KEY (id)'),
  build: `CREATE UNIQUE INDEX ${name}_pkey ON public.${name} (id)`,
  index: { name: `public.${name}_pkey` },
});

const foreignKey = (name: string, other: string, i: number): Constraint => ({
  ...constraint(name, `${name}_${other}_${i}`, 'foreign key', `FOREIGN KEY (x) REFERENCES public.${other}`),
  references: { table: `public.${other}`, columns: ['id'], onDelete: 'no action', onUpdate: 'no action' },
});

const constraint = (table: string, name: string, kind: Constraint['kind'], definition: string): Constraint => ({
  ...{ id: `table constraint ${name} on public.${table}`, name, kind, definition, needs: [], columns: ['id'] },
  ...{ inherited: false, deferrable: false, validated: true },
});

const index = (table: string, i: number): Index => ({
  ...{ id: `index public.${table}_${i}`, name: `${table}_${i}`, unique: false, columns: ['x'], needs: [] },
  ...{ definition: `CREATE INDEX ${table}_${i} ON public.${table} (x)`, index: { name: `public.${table}_${i}` } },
});

export const schemaOf = (tables: readonly Table[]): Schema => ({
  ...{ dialect: 'postgres', serverVersion: '15', home: 'public', objects: [], notMoved: [] },
  tables,
});

/** The same tables for the same number: every tenth refers to nothing, others to earlier ones; a circle is among them. */
export function manyTables(count: number): Table[] {
  let seed = 1;
  const below = (n: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * n);
  };
  return Array.from({ length: count }, (_, i) => {
    const refers = i % 10 === 0 ? [] : i === 1 ? ['t2'] : i === 2 ? ['t1'] : [`t${below(i)}`, `t${below(i)}`];
    return table({ name: `t${i}`, rows: 10 ** below(8), refers: [...new Set(refers)], indexes: 2 });
  });
}

export const config = (more: Partial<Config> = {}): Config => ({
  ...{ migration: 'shop', source: new URL('x://a/b'), target: new URL('x://c/d'), control: { schema: 'wirekite' } },
  ...{ changes: false, phases: [], execution: execution.parse({}), settings: {}, file: 'openkite.yaml' },
  tables: { include: ['*.*'], exclude: [], full_identity: [], columns: {}, weights: {} },
  chunks: { store: './chunks', compression: 'none', release: 'applied' },
  policy: {},
  ...more,
});

/** What `openkite plan` makes of a schema. */
export function planOf(schema: Schema, more: Partial<Config> = {}): Promise<Plan> {
  const extractor = { schema: async () => schema } as Extractor;
  const mapping = { tables: [], notMade: [], refused: [] };
  const loader = {
    learn: () => undefined,
    mapping: () => mapping,
    steps: (moved: Schema) => steps(moved, 15),
    accepts: () => ['text'],
  } as unknown as Loader;
  return makePlan(config(more), extractor, loader);
}

export const LIMITLESS: Resources = {
  ...{ workers: 1e9, source: 1e9, target: 1e9 },
  ...{ disk: 1e18, cpu: 1e9, memory: 1e18 },
};

/** One worker's, of phase 1. */
export const task = (id: string, seconds: number, needs: readonly string[] = [], more: Partial<Task> = {}): Task => ({
  ...{
    id,
    kind: 'index',
    table: undefined,
    seconds,
    needs,
    phase: 1,
    priority: 0,
    earliest: 0,
    slack: 0,
    critical: false,
  },
  ...{ takes: { ...NOTHING, workers: 1 }, gives: { ...NOTHING, workers: 1 } },
  ...more,
});

export const shuffled = <T>(items: readonly T[]): T[] =>
  [...items]
    .map((item, i) => ({ item, by: (i * 7919) % 10_007 }))
    .sort((a, b) => a.by - b.by)
    .map(({ item }) => item);

export { tableName };
