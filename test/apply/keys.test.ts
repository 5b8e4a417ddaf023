/** Foreign keys and triggers of the target, with and without the right to keep them still; and TRUNCATE. */
import { expect, test } from 'vitest';
import { PgLoader } from '../../loaders/postgres/loader.js';
import { checkTarget } from '../../loaders/postgres/check.js';
import {
  apply,
  bed,
  change,
  changed,
  contents,
  net,
  replay,
  row,
  session,
  U,
  whole,
  windowOf,
  type Bed,
} from './bed.js';

/** The same, for a role that owns the tables and may not set session_replication_role. */
async function humbleBed(sql: string): Promise<Bed> {
  const admin = await bed('SELECT 1');
  const role = `humble_${admin.url.pathname.slice(-8)}`;
  const database = admin.url.pathname.slice(1);
  await admin.db.query(
    `CREATE ROLE ${role} LOGIN PASSWORD 'x'; ALTER SCHEMA public OWNER TO ${role}; GRANT ALL ON DATABASE ${database} TO ${role}`,
  );
  const url = new URL(admin.url);
  [url.username, url.password] = [role, 'x'];
  const db = await session(url);
  await db.query(sql);
  const loader = new PgLoader(db, 18);
  expect(await loader.prepareApply()).toMatch(/^the role may not set session_replication_role/);
  return { url, db, loader };
}

const SESSIONS = [
  ['kept still', bed],
  ['acting', humbleBed],
] as const;

const FAMILY = `
  CREATE TABLE public.parent (id integer PRIMARY KEY, code text UNIQUE NOT NULL);
  CREATE TABLE public.child (id integer PRIMARY KEY, code text REFERENCES public.parent (code) ON DELETE CASCADE);
  CREATE TABLE public.grandchild (id integer PRIMARY KEY, child integer REFERENCES public.child ON DELETE CASCADE);
  INSERT INTO public.parent VALUES (1, 'one'), (2, 'two');
  INSERT INTO public.child VALUES (10, 'one'), (11, 'one'), (20, 'two');
  INSERT INTO public.grandchild VALUES (100, 10), (200, 20)`;

const family = async (db: Bed['db']) => ({
  parent: await changed(db, 'public', 'parent'),
  child: await changed(db, 'public', 'child'),
  grandchild: await changed(db, 'public', 'grandchild'),
});

test.each(SESSIONS)('a moved key takes no children with it that hang on another column (keys %s)', async (_, make) => {
  const target = await make(FAMILY);
  const parent = await changed(target.db, 'public', 'parent');
  await apply(target, windowOf(net(parent, { moves: [whole(parent, row('1', '7', 'one'))] })));
  expect(await replay(target, [change('K', parent, row('7'), row('8', U))])).toEqual([]);
  expect(await contents(target.db, 'public.parent')).toEqual(['2\ttwo', '8\tone']);
  expect(await contents(target.db, 'public.child')).toHaveLength(3);
});

test.each(SESSIONS)(
  'a family comes and goes in one window, whatever the order of its tables (keys %s)',
  async (_, make) => {
    const target = await make(FAMILY);
    const { parent, child, grandchild } = await family(target.db);
    const changes = [
      net(parent, { deletes: [row('1')], inserts: [row('3', 'three')] }),
      net(grandchild, { deletes: [row('100')], inserts: [row('300', '30')] }),
      net(child, { deletes: [row('10'), row('11')], inserts: [row('30', 'three')] }),
    ];
    await apply(target, windowOf(...changes));
    await apply(
      target,
      windowOf(net(grandchild, { deletes: [row('200'), row('300')] }), net(child, { deletes: [row('20'), row('30')] })),
    );
    expect(await contents(target.db, 'public.parent')).toEqual(['2\ttwo', '3\tthree']);
    expect(await contents(target.db, 'public.child')).toEqual([]);
  },
);

test.each(SESSIONS)(
  'deletes that the source cascaded are no divergence, wherever they are done (keys %s)',
  async (_, make) => {
    const target = await make(FAMILY);
    const { parent, child, grandchild } = await family(target.db);
    const cascaded = [
      change('R', parent, row('1')),
      change('R', child, row('10')),
      change('R', child, row('11')),
      change('R', grandchild, row('100')),
    ];
    expect(await replay(target, cascaded)).toEqual([]);
    expect(await contents(target.db, 'public.grandchild')).toEqual(['200\t20']);
    const lost = await replay(target, [change('R', parent, row('1')), change('U', child, undefined, row('10', 'two'))]);
    expect(lost.map((one) => one.change.op)).toEqual(['R', 'U']);
  },
);

test('with its keys kept still, a target that lost a child says so', async () => {
  const target = await bed(FAMILY);
  const child = await changed(target.db, 'public', 'child');
  expect(await replay(target, [change('R', child, row('12'))])).toMatchObject([
    { change: { op: 'R' }, cause: 'there is no such row' },
  ]);
});

const UPDATED = `
  CREATE TABLE public.parent (id integer PRIMARY KEY);
  CREATE TABLE public.part (parent integer REFERENCES public.parent ON UPDATE CASCADE ON DELETE CASCADE, n integer, v text, PRIMARY KEY (parent, n));
  CREATE TABLE public.note (parent integer REFERENCES public.parent ON UPDATE CASCADE ON DELETE SET NULL, v text);
  INSERT INTO public.parent VALUES (1), (2);
  INSERT INTO public.part VALUES (1, 1, 'a'), (1, 2, 'b');
  INSERT INTO public.note VALUES (1, 'x'), (1, 'x'), (2, 'y')`;

test.each(SESSIONS)('nor are updates that the source cascaded (keys %s)', async (_, make) => {
  const target = await make(UPDATED);
  const [parent, part, note] = [
    await changed(target.db, 'public', 'parent'),
    await changed(target.db, 'public', 'part'),
    await changed(target.db, 'public', 'note'),
  ];
  const cascaded = [
    change('K', parent, row('1'), row('9')),
    change('K', part, row('1', '1'), row('9', '1', 'a')),
    change('K', part, row('1', '2'), row('9', '2', U)),
    change('F', note, row('1', 'x'), row('9', 'x')),
    change('F', note, row('1', 'x'), row('9', 'x')),
    change('R', parent, row('2')),
    change('F', note, row('2', 'y'), row(null, 'y')),
  ];
  expect(await replay(target, cascaded)).toEqual([]);
  expect(await contents(target.db, 'public.part')).toEqual(['9\t1\ta', '9\t2\tb']);
  expect(await contents(target.db, 'public.note')).toEqual(['9\tx', '9\tx', '\\N\ty']);
  const found = await replay(target, [
    change('K', part, row('5', '1'), row('6', '1', 'a')),
    change('F', note, row('5', 'x'), row('6', 'x')),
  ]);
  expect(found.map((one) => one.change.op)).toEqual(['K', 'F']);
});

test('without the right, deferrable keys wait for the end of the transaction', async () => {
  const target = await humbleBed(`
    CREATE TABLE public.a (id integer PRIMARY KEY, b integer);
    CREATE TABLE public.b (id integer PRIMARY KEY, a integer REFERENCES public.a DEFERRABLE);
    ALTER TABLE public.a ADD FOREIGN KEY (b) REFERENCES public.b DEFERRABLE`);
  const [a, b] = [await changed(target.db, 'public', 'a'), await changed(target.db, 'public', 'b')];
  await apply(target, windowOf(net(a, { inserts: [row('1', '1')] }), net(b, { inserts: [row('1', '1')] })));
  expect(
    await replay(target, [change('I', b, undefined, row('2', '2')), change('I', a, undefined, row('2', '2'))]),
  ).toEqual([]);
});

test('triggers of the target do not fire', async () => {
  const target = await bed(`
    CREATE TABLE public.t (id integer PRIMARY KEY, v text);
    CREATE FUNCTION public.spoil() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.v := 'spoilt'; RETURN NEW; END$$;
    CREATE TRIGGER spoil BEFORE INSERT OR UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION public.spoil()`);
  const t = await changed(target.db, 'public', 't');
  await apply(target, windowOf(net(t, { inserts: [row('1', 'a')] })));
  await apply(target, windowOf(net(t, { updates: [whole(t, row('1', 'b'))] })));
  expect(await contents(target.db, 'public.t')).toEqual(['1\tb']);
});

test('partitions are written by their own names', async () => {
  const target = await bed(`
    CREATE TABLE public.p (id integer, day integer, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
    CREATE TABLE public.p1 PARTITION OF public.p FOR VALUES FROM (0) TO (10);
    CREATE TABLE public.p2 (day integer NOT NULL, id integer NOT NULL);
    ALTER TABLE public.p ATTACH PARTITION public.p2 FOR VALUES FROM (10) TO (20)`);
  const [p1, p2] = [await changed(target.db, 'public', 'p1'), await changed(target.db, 'public', 'p2')];
  await apply(target, windowOf(net(p1, { inserts: [row('1', '5')] }), net(p2, { inserts: [row('15', '2')] })));
  await apply(target, windowOf(net(p1, { deletes: [row('1', '5')] }), net(p2, { inserts: [row('16', '1')] })));
  expect(await contents(target.db, 'public.p2')).toEqual(['15\t2', '16\t1']);
  expect(await contents(target.db, 'public.p1')).toEqual([]);
});

test.each(SESSIONS)(
  'TRUNCATE empties its tables at once, or deletes where another table refers to them (keys %s)',
  async (_, make) => {
    const target = await make(`${FAMILY}; ALTER TABLE public.child ADD n integer GENERATED BY DEFAULT AS IDENTITY`);
    const { parent, child, grandchild } = await family(target.db);
    const truncate = (tables: (typeof parent)[], restart: boolean) =>
      target.db.transaction((tx) => target.loader.truncate(tx, tables, { restart }));
    await truncate([grandchild], false);
    await truncate([parent, child], true);
    for (const name of ['parent', 'child', 'grandchild'])
      expect(await contents(target.db, `public.${name}`)).toEqual([]);
    await target.db.query(`INSERT INTO public.parent VALUES (1, 'one')`);
    await truncate([child, parent, grandchild], true);
    expect(await contents(target.db, 'public.parent')).toEqual([]);
    await target.db.query(`INSERT INTO public.parent VALUES (1, 'one'); INSERT INTO public.child VALUES (1, 'one')`);
    expect(await contents(target.db, 'public.child')).toEqual(['1\tone\t1']);
  },
);

test('where TRUNCATE is forbidden, rows that refer to others go first', async () => {
  const target = await humbleBed(`
    CREATE TABLE public.a (id integer PRIMARY KEY);
    CREATE TABLE public.b (a integer REFERENCES public.a);
    CREATE TABLE public.outside (a integer REFERENCES public.a);
    INSERT INTO public.a VALUES (1); INSERT INTO public.b VALUES (1)`);
  const tables = [await changed(target.db, 'public', 'a'), await changed(target.db, 'public', 'b')];
  await target.db.transaction((tx) => target.loader.truncate(tx, tables, { restart: true }));
  expect(await contents(target.db, 'public.a')).toEqual([]);
});

test('doctor says what a role without the right means', async () => {
  const schema = { dialect: 'postgres', serverVersion: '', home: 'public', tables: [], objects: [], notMoved: [] };
  const { db } = await humbleBed('SELECT 1');
  const still = (await checkTarget(db, schema)).find(({ what }) => what === 'target keeps its own keys still');
  expect(still).toMatchObject({
    level: 'warning',
    mend: expect.stringContaining('GRANT SET ON PARAMETER session_replication_role'),
  });
  const rich = await bed('SELECT 1');
  expect(await checkTarget(rich.db, schema)).toContainEqual(
    expect.objectContaining({ what: still?.what, level: 'ok' }),
  );
});
