/** How a stream begins, ends, confirms and refuses. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fault } from '../../src/base/fault.js';
import { connect, connectReplication } from '../../src/db/postgres/connect.js';
import { freshDatabase, startServer, type Server } from '../servers/index.js';
import { openExtractor, Recording, Stream } from './stream.js';

const TABLE = 'CREATE TABLE t (id bigint PRIMARY KEY, v text)';
const streams: Stream[] = [];

async function opened(url: URL, sql = TABLE): Promise<Stream> {
  const stream = await (await Stream.open(url, sql)).create();
  streams.push(stream);
  return stream;
}

const faultOf = async (work: Promise<unknown>): Promise<Fault> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Fault);
  return error as Fault;
};

const slotOf = async ({ db, name }: Stream) => {
  const sql = `SELECT confirmed_flush_lsn::text AS confirmed, active FROM pg_replication_slots WHERE slot_name = '${name}'`;
  return (await db.query<{ confirmed: string; active: boolean }>(sql)).rows[0];
};

afterAll(() => Promise.all(streams.map((stream) => stream.close())));

describe.each([10, 18] as const)('on %i', (major) => {
  test('it resumes where it is told to, with whole transactions, and the slot is free as soon as it has ended', async () => {
    const stream = await opened(await freshDatabase(major));
    stream.start();
    await stream.lines(`INSERT INTO t VALUES (1, 'a'), (2, 'b')`, `INSERT INTO t VALUES (3, 'c')`);
    const [first] = stream.sink.commits;
    stream.over.abort();
    await stream.captured;
    expect(await slotOf(stream)).toMatchObject({ active: false });
    const again = new Recording();
    const over = new AbortController();
    const captured = stream.changes.capture(first ?? '', stream.tables, again, over.signal);
    await again.until((await stream.changes.sample()).position);
    expect(again.lines).toEqual(['B', 'I public.t 3|c', 'E']);
    over.abort();
    await captured;
  });
});

describe('on 18', () => {
  let url: URL;
  beforeAll(async () => {
    url = await freshDatabase();
    const db = await connect(url, { name: 'test', searchPath: 'public' });
    await db.query(TABLE);
    await db.close();
  });
  const another = () => opened(url, '');

  test('only what was released is confirmed, and that soon', async () => {
    const stream = await another();
    stream.start();
    await stream.lines(`INSERT INTO t VALUES (11, 'a')`, `INSERT INTO t VALUES (12, 'a')`);
    await stream.lines(`SELECT pg_logical_emit_message(false, 'x', 'y')`);
    const [first = '', second = ''] = stream.sink.commits;
    expect(await stream.changes.released()).toBe(stream.position);
    await stream.changes.release(first);
    while ((await stream.changes.released()) === stream.position);
    expect(await stream.changes.released()).toBe(first);
    await stream.lines(`INSERT INTO t VALUES (13, 'a')`); // idle positions went by
    expect(await stream.changes.released()).toBe(first);
    await stream.changes.release(stream.position); // never back
    await stream.changes.release(second);
    stream.over.abort();
    await stream.captured; // says it once more
    expect(await stream.changes.released()).toBe(second);
    expect(stream.changes.compare(second, stream.sink.idleAt)).toBeLessThan(0);
  });

  test('a slot that is gone, created anew, moved on, or of another kind is a gap, with both positions', async () => {
    const stream = await another();
    await stream.lines(`INSERT INTO t VALUES (21, 'a')`).catch(() => undefined);
    const { name, position } = stream;
    const refused = async (from = position) => {
      const fault = await faultOf(stream.changes.capture(from, stream.tables, stream.sink, stream.over.signal));
      expect(fault).toMatchObject({ code: 'STREAM_GAP', kind: 'permanent' });
      return fault.message;
    };
    const { position: now } = await stream.changes.sample();
    await stream.db.query(`SELECT pg_replication_slot_advance('${name}', '${now}')`);
    const moved = await refused();
    expect(moved).toContain(position);
    expect(moved).toContain(await stream.changes.released());
    await stream.db.query(`SELECT pg_drop_replication_slot('${name}')`);
    expect(await refused()).toContain('not there any more');
    await stream.db.query(`SELECT pg_create_logical_replication_slot('${name}', 'pgoutput')`);
    expect(await refused()).toContain(await stream.changes.released());
    expect(await refused('FFFF/0')).toContain('older state');
    await stream.db.query(`SELECT pg_drop_replication_slot('${name}')`);
    await stream.db.query(`SELECT pg_create_physical_replication_slot('${name}')`);
    expect(await refused()).toContain('not for pgoutput');
    expect(stream.sink.lines).toEqual([]);
  });

  test('a leftover is dropped when a stream is created, one in use is not', async () => {
    const stream = await another();
    stream.start();
    await stream.lines(`INSERT INTO t VALUES (31, 'a')`);
    expect(await faultOf(stream.changes.create(() => undefined))).toMatchObject({
      code: 'SLOT_IN_USE',
      kind: 'operator',
    });
    stream.over.abort();
    await stream.captured;
    const again = await stream.changes.create(() => undefined);
    expect(stream.changes.compare(again, stream.position)).toBeGreaterThan(0);
  });

  test('who captures with the lease ends the session that still holds the slot', async () => {
    const stream = await another();
    stream.start();
    await stream.lines(`INSERT INTO t VALUES (41, 'a')`);
    const other = await openExtractor(url);
    const sink = new Recording();
    const over = new AbortController();
    const captured = other.changes!(stream.name).capture(stream.position, stream.tables, sink, over.signal);
    expect(await faultOf(stream.captured)).toMatchObject({ kind: 'transient' });
    await sink.until((await stream.changes.sample()).position);
    expect(sink.lines).toContain('I public.t 41|a');
    over.abort();
    await captured;
    await other.close();
  });

  test('a sink that fails ends it with its own failure, at once or when it is asked', async () => {
    const stream = await another();
    for (const fails of ['room', 'change'] as const) {
      const sink = new Recording();
      const failure = new Fault('resource', 'the disk is full');
      if (fails === 'room') sink.room = () => Promise.reject(failure);
      else
        sink.change = () => {
          throw failure;
        };
      const captured = stream.changes.capture(stream.position, stream.tables, sink, stream.over.signal);
      await stream.db.query(`INSERT INTO t VALUES (${fails.length + 50}, 'a')`);
      expect(await faultOf(captured)).toBe(failure);
    }
  });

  test('a sink that lets the server wait does not lose it, however short its patience', async () => {
    const stream = await another();
    await stream.db.query(`ALTER DATABASE "${url.pathname.slice(1)}" SET wal_sender_timeout = '1500ms'`);
    let resume = (): void => undefined;
    const stalled = new Promise<void>((resolve) => (resume = resolve));
    stream.sink.room = () => stalled;
    stream.start();
    await stream.db.query(`INSERT INTO t SELECT n, repeat('x', 1000) FROM generate_series(1000, 30000) AS n`);
    await Promise.race([new Promise((done) => setTimeout(done, 4000)), stream.captured]); // longer than it has patience
    const taken = stream.sink.lines.length;
    expect(taken).toBeLessThan(5000);
    stream.sink.room = () => undefined;
    resume();
    await stream.arrived();
    expect(stream.sink.lines.length).toBe(29_003);
    await stream.db.query(`ALTER DATABASE "${url.pathname.slice(1)}" RESET wal_sender_timeout`);
  });

  test('a transaction that commits exactly where a snapshot begins is in the stream, and not in the snapshot', async () => {
    const stream = await another();
    stream.start();
    const [a, b, c] = await Promise.all(
      [1, 2, 3].map(() => connect(url, { name: 'overlapping', searchPath: 'public' })),
    );
    for (let tries = 1, met = false; !met; tries += 1) {
      expect(tries).toBeLessThan(50);
      const holder = await openExtractor(url);
      const waits = waitsFor();
      await a!.query(`BEGIN; INSERT INTO t VALUES (${tries}00001, 'a')`);
      const opening = holder.changes!(stream.name).snapshot(stream.tables, 1, waits.tell);
      await waits.told(a!.session);
      await b!.query(`BEGIN; INSERT INTO t VALUES (${tries}00002, 'b')`);
      await a!.query('COMMIT');
      await waits.told(b!.session);
      await c!.query(`BEGIN; INSERT INTO t VALUES (${tries}00003, 'c')`);
      await b!.query('COMMIT');
      const snapshot = await opening;
      await c!.query('COMMIT');
      await stream.arrived();
      const lines = stream.sink.lines.filter((line) => line === 'B' || line.startsWith('I'));
      const position = stream.sink.begun.at(-1)?.position ?? '';
      expect(lines.at(-1)).toBe(`I public.t ${tries}00003|c`);
      expect(stream.changes.includes(snapshot.position, position)).toBe(false);
      expect(stream.changes.includes(snapshot.position, stream.sink.begun.at(-2)?.position ?? '')).toBe(true);
      met = position === snapshot.position;
      const seen = new Rows();
      for (const slice of await snapshot.slices(
        stream.tables.find(({ name }) => name === 't')!,
        'text',
        1e9,
      ))
        await snapshot.copy(slice, seen);
      expect([1, 2, 3].map((n) => seen.text.includes(`${tries}0000${n}\t`))).toEqual([true, true, false]);
      await holder.close();
    }
    await Promise.all([a!.close(), b!.close(), c!.close()]);
  });

  test('what others join of it outlives the slot that it came from', async () => {
    const stream = await another();
    const [holder, reader] = [await openExtractor(url), await openExtractor(url)];
    const held = await holder.changes!(stream.name).snapshot(stream.tables, 1, () => undefined);
    const slots = await stream.db.query(
      `SELECT 1 FROM pg_replication_slots WHERE temporary AND database = current_database()`,
    );
    expect(slots.count).toBe(0);
    await stream.db.query(`INSERT INTO t VALUES (61, 'later')`);
    const joined = await reader.join(held.ticket);
    const seen = new Rows();
    for (const slice of await joined.slices(stream.tables[0]!, 'text', 1e9)) await joined.copy(slice, seen);
    expect(seen.text).not.toContain('later');
    await Promise.all([holder.close(), reader.close()]);
  });

  test('a value of 64 MB passes in little memory, also within a full old row', async () => {
    const stream = await opened(
      await freshDatabase(),
      `${TABLE}; ALTER TABLE t ALTER v SET STORAGE EXTERNAL; ALTER TABLE t REPLICA IDENTITY FULL`,
    );
    const lengths: number[] = [];
    const ops: string[] = [];
    let most = 0;
    const sink = new Recording();
    sink.change = (op) => void ops.push(op);
    sink.null = sink.unchanged = () => undefined;
    sink.value = (length) => void lengths.push(length);
    sink.append = () => void (most = Math.max(most, process.memoryUsage().rss));
    const before = process.memoryUsage().rss;
    const captured = stream.changes.capture(stream.position, stream.tables, sink, stream.over.signal);
    await stream.db.query(`INSERT INTO t VALUES (1, repeat('x', 64 << 20))`);
    await stream.db.query(`UPDATE t SET v = repeat('y', 64 << 20)`);
    await stream.db.query(`UPDATE t SET id = 2`);
    await stream.db.query(`DELETE FROM t`);
    await Promise.race([sink.until((await stream.changes.sample()).position), captured]);
    expect(ops).toEqual(['I', 'U', 'K', 'R']);
    expect(lengths).toEqual([1, 64 << 20, 1, 64 << 20, 1, 1, 1]);
    expect(most - before).toBeLessThan(60 << 20);
    stream.over.abort();
    await captured;
  });

  test('the sample is behind everything that was committed before, and tells what is kept', async () => {
    const stream = await another();
    const before = await stream.changes.sample();
    await stream.db.query(
      `SET synchronous_commit = off; INSERT INTO t SELECT n, repeat('z', 1000) FROM generate_series(50000, 52000) AS n`,
    );
    const after = await stream.changes.sample();
    stream.start();
    await stream.arrived();
    expect(stream.changes.compare(stream.sink.commits.at(-1)!, after.position)).toBeLessThanOrEqual(0);
    expect(after.keptBytes - before.keptBytes).toBeGreaterThan(2_000_000);
    expect(after.limitBytes).toBeUndefined();
    expect(stream.changes.bytes(after.position) - stream.changes.bytes(before.position)).toBeGreaterThan(2_000_000);
    expect(stream.changes.compare('9/0', '10/0')).toBeLessThan(0);
    expect(stream.changes.bytes('1FFFFF/FFFFFFFF')).toBe(2 ** 53 - 1);
  });
});

describe('a server of its own', () => {
  let server: Server;
  beforeAll(async () => {
    const settings = { wal_level: 'logical', fsync: 'off', max_slot_wal_keep_size: '16MB' };
    server = await startServer({ settings });
  });
  afterAll(() => server.stop('immediate'));

  test('shuts down although not everything is confirmed', async () => {
    const stream = await (await Stream.open(server.url(), TABLE)).create();
    stream.start();
    await stream.lines(`INSERT INTO t VALUES (1, 'a')`);
    await stream.changes.release(stream.position);
    await stream.lines(`INSERT INTO t VALUES (2, 'a')`);
    while ((await stream.changes.sample()).position === '');
    const halted = server.halt('fast');
    expect(await faultOf(stream.captured)).toMatchObject({ kind: 'transient' });
    await halted;
    await server.start();
  });

  test('that says nothing any more is given up', async () => {
    const stream = await (await Stream.open(server.url(), `DROP TABLE IF EXISTS t; ${TABLE}`)).create();
    const wire = await connectReplication(server.url(), { name: 'test', searchPath: '' });
    const started = () => process.kill(wire.backend, 'SIGSTOP');
    const log = { row() {}, append() {}, sent() {}, ready: () => undefined };
    const command = `START_REPLICATION SLOT ${stream.name} LOGICAL ${stream.position} (proto_version '1', publication_names '${stream.name}')`;
    const frozen = wire.replicate(command, log, { started, released: () => undefined, silence: 2 });
    expect(await faultOf(frozen.ended)).toMatchObject({ code: 'NO_ANSWER', kind: 'transient' });
    process.kill(wire.backend, 'SIGCONT');
    await stream.close();
  });

  test('that has given the stream up is a gap', async () => {
    const stream = await (await Stream.open(server.url(), 'DROP TABLE IF EXISTS t; ' + TABLE)).create();
    expect((await stream.changes.sample()).limitBytes).toBe(16 << 20);
    for (let i = 0; i < 4; i += 1)
      await stream.db.query(`INSERT INTO t VALUES (${i}, 'a')`).then(() => stream.db.query('SELECT pg_switch_wal()'));
    await stream.db.query('CHECKPOINT');
    const fault = await faultOf(
      stream.changes.capture(stream.position, stream.tables, stream.sink, stream.over.signal),
    );
    expect(fault).toMatchObject({ code: 'STREAM_GAP' });
    expect(fault.message).toContain('given it up (wal_removed)');
    await stream.close();
  });
});

class Rows {
  text = '';
  row(): void {
    this.text += '\n';
  }
  append(bytes: Uint8Array, start: number, end: number): void {
    this.text += Buffer.from(bytes.subarray(start, end)).toString();
  }
  ready(): undefined {
    return undefined;
  }
}

/** Until it is said that a session's transaction is waited for. */
function waitsFor() {
  const events = new EventTarget();
  let last = '';
  const tell = (why: string): void => {
    last = why;
    events.dispatchEvent(new Event('told'));
  };
  const told = async (session: string): Promise<void> => {
    while (!last.includes(`pid ${session} (overlapping, postgres) since 2`)) await once(events, 'told');
  };
  return { tell, told };
}
