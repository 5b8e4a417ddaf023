/** MariaDB and MySQL in each other's words. Only MariaDB can be had everywhere: of MySQL, the words are looked at. */
import { expect, it } from 'vitest';
import { serverOf } from '../../loaders/mysql/server.js';
import { steps } from '../../loaders/mysql/steps.js';
import { mappingOf } from '../../loaders/mysql/mapping.js';
import { Moved } from '../../loaders/mysql/targets.js';
import type { Schema } from '../../src/model/schema.js';
import { column, constraint, int, schema, table, text } from './made.js';

const own = (tables: Schema['tables'], serverVersion: string): Schema =>
  schema(tables, { dialect: 'mysql', home: 'public', serverVersion });

const typed = (name: string, type: string) => ({ ...text(name), type });

it('MariaDB in MySQL’s words', () => {
  const source = own(
    [
      table(
        't',
        [
          { ...int('id'), type: 'int(11)', notNull: 'NOT NULL', counts: true },
          typed('a', 'varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci'),
          typed('b', 'varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin'),
          typed('c', 'varchar(9) CHARACTER SET latin1 COLLATE latin1_swedish_nopad_ci'),
          { ...column('u', { kind: 'uuid' }), type: 'uuid', default: { id: 'd', definition: 'uuid()', needs: [] } },
          { ...typed('n', 'datetime'), default: { id: 'e', definition: 'current_timestamp()', needs: [] } },
          { ...typed('s', 'varchar(3)'), default: { id: 'f', definition: "'x'", needs: [] } },
        ],
        {
          constraints: [constraint('t', 'primary key', ['id'], { definition: 'PRIMARY KEY (`id`)' })],
          options: {
            unlogged: false,
            parameters: ['ENGINE=Aria', 'PAGE_CHECKSUM=1', 'COLLATE=utf8mb4_uca1400_swedish_ai_ci'],
          },
        },
      ),
    ],
    '10.11.19-MariaDB',
  );
  const objects = [
    {
      id: 'sequence public.ids',
      kind: 'sequence',
      name: 'ids',
      statements: ['CREATE SEQUENCE `ids`'],
      needs: [],
      when: 'before rows' as const,
    },
    {
      id: 'view public.v',
      kind: 'view',
      name: 'v',
      statements: ['CREATE VIEW `v` AS select 1'],
      needs: [],
      when: 'before rows' as const,
    },
  ];
  const moved = new Moved({ ...source, objects }, 'shop', serverOf('8.0.36', 0));
  const made = steps(moved);
  const sql = made[0]?.statements[0] ?? '';
  for (const words of [
    'COLLATE utf8mb4_0900_ai_ci NULL',
    'COLLATE utf8mb4_0900_bin NULL',
    'COLLATE latin1_swedish_ci NULL',
    '`u` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT (uuid())',
    'DEFAULT current_timestamp()',
    "DEFAULT 'x'",
    ') ENGINE=InnoDB COLLATE=utf8mb4_0900_ai_ci',
  ])
    expect(sql).toContain(words);
  expect(sql).not.toContain('PAGE_CHECKSUM');
  expect(made.find(({ id }) => id === 'view public.v')).toMatchObject({
    optional: true,
    statements: ['USE `shop`', expect.anything()],
  });
  const { notMade, tables } = mappingOf(moved);
  expect(notMade).toContainEqual(expect.stringContaining('engine Aria of public.t'));
  expect(notMade).toContainEqual(expect.stringContaining('sequence public.ids'));
  expect(tables[0]?.columns[1]?.loses).toContain('utf8mb4_uca1400_ai_ci');
});

it('MySQL in MariaDB’s words', () => {
  const source = own(
    [
      table('t', [
        typed('a', 'varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci'),
        typed('b', 'varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin'),
      ]),
    ],
    '8.0.36',
  );
  const sqlOn = (version: string) => steps(new Moved(source, 'shop', serverOf(version, 0)))[0]?.statements[0];
  expect(sqlOn('10.11.19-MariaDB')).toContain('COLLATE utf8mb4_uca1400_nopad_ai_ci');
  expect(sqlOn('10.6.1-MariaDB')).toContain('COLLATE utf8mb4_unicode_520_nopad_ci');
  expect(sqlOn('10.6.1-MariaDB')).toContain('COLLATE utf8mb4_nopad_bin');
  expect(sqlOn('9.1.0')).toContain('COLLATE utf8mb4_0900_ai_ci');
});

it('another dialect in the words of each', () => {
  const source = schema([
    table('t', [
      text('a'),
      column('u', { kind: 'uuid' }),
      column('i', { kind: 'network', name: 'inet6' }),
      column('j', { kind: 'json', verbatim: true }),
    ]),
  ]);
  const typesOn = (version: string) =>
    mappingOf(new Moved(source, 'shop', serverOf(version, 0))).tables[0]?.columns.map(({ targetType }) => targetType);
  expect(typesOn('10.11.19-MariaDB')?.slice(1, 3)).toEqual(['uuid', 'inet6']);
  expect(typesOn('8.0.36')?.[0]).toContain('utf8mb4_0900_bin');
  expect(typesOn('8.0.16')?.[0]).toContain('utf8mb4_bin');
  expect(typesOn('8.0.36')?.[1]).toContain('varchar(36)');
  expect(typesOn('8.0.36')?.[3]).toContain('longtext');
  const [made] = steps(new Moved(source, 'shop', serverOf('8.0.36', 0)));
  expect(made?.statements[0]).toContain('CHECK (json_valid(`j`))');
});

it('where case does not tell tables apart', () => {
  const source = schema([table('A', [int('id')]), table('a', [int('id')])]);
  expect(mappingOf(new Moved(source, 'shop', serverOf('8.0.36', 1))).refused).toEqual([
    expect.stringContaining('public.A and public.a'),
  ]);
  expect(mappingOf(new Moved(source, 'shop', serverOf('8.0.36', 0))).refused).toEqual([]);
});
