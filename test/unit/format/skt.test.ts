import { expect, it } from 'vitest';
import { readSchema, writeSchema } from '../../../src/format/skt.js';
import type { Schema } from '../../../src/model/schema.js';
import { MemoryStore } from './memory.js';

const schema: Schema = {
  dialect: 'postgres',
  home: 'public',
  serverVersion: '17.2',
  tables: [],
  objects: Array.from({ length: 20_000 }, (_, i) => ({
    id: `view public.v${i}`,
    kind: 'view',
    name: `public.v${i} é \u2028`,
    statements: [`CREATE VIEW v${i} AS SELECT 'line\nend\\'`],
    needs: [],
    when: 'before rows',
  })),
  notMoved: ['large objects'],
};
const header = { migration: 'my shop', chunk: 'one', compression: 'brotli' } as const;

it('gives back a schema that is longer than a block', async () => {
  const store = new MemoryStore();
  await writeSchema(store, header, schema);
  expect([...store.files.keys()]).toEqual(['my%20shop.okt', 'my%20shop.skt']);
  expect(await readSchema(store, 'my shop')).toEqual(schema);
});

it('refuses two files that were not written together', async () => {
  const store = new MemoryStore();
  const later = new MemoryStore();
  await writeSchema(store, header, schema);
  await writeSchema(later, { ...header, chunk: 'two' }, schema);
  store.files.set('my%20shop.okt', later.files.get('my%20shop.okt')!);
  await expect(readSchema(store, 'my shop')).rejects.toThrow('chunk id, as in the .skt: expected one, found two');
  store.files.set('my%20shop.okt', store.files.get('my%20shop.skt')!);
  await expect(readSchema(store, 'my shop')).rejects.toThrow('expected "openkite okt 1", found "openkite skt 1"');
});
