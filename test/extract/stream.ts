/** A stream on a database of a test, and a sink that writes down what comes of it. */
import { randomBytes } from 'node:crypto';
import connector from '../../extractors/postgres/index.js';
import type { ChangeSource, Extractor } from '../../src/connector/extractor.js';
import { connect } from '../../src/db/postgres/connect.js';
import { parseLsn } from '../../src/db/postgres/lsn.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import type { Begin, ChangedTable, ChangeSink, RowOp } from '../../src/model/change.js';
import type { Position } from '../../src/model/position.js';
import type { Table } from '../../src/model/schema.js';

/** Lines: `B`, `I public.t 1|a`, `E`; `\N` null, `\U` unchanged. */
export class Recording implements ChangeSink {
  readonly lines: string[] = [];
  readonly begun: Begin[] = [];
  readonly commits: Position[] = [];
  readonly tables = new Map<string, ChangedTable>();
  readonly bytes: { said: number; value: number }[] = [];
  idleAt: Position = '0/0';
  /** What `ready` answers. */
  room: () => Promise<void> | undefined = () => undefined;
  #row: string[] | undefined;
  #left = 0;
  #waiting: { position: bigint; done: () => void }[] = [];

  /** Everything before it is here. */
  until(position: Position): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ position: parseLsn(position), done });
      this.#reached(this.commits.at(-1) ?? '0/0');
      this.#reached(this.idleAt);
    });
  }

  #reached(position: Position): void {
    const there = this.#waiting.filter((one) => one.position <= parseLsn(position));
    this.#waiting = this.#waiting.filter((one) => !there.includes(one));
    for (const one of there) one.done();
  }

  #line(line: string): void {
    this.#flush();
    this.lines.push(line);
  }

  #flush(): void {
    if (this.#left > 0) throw new Error(`a value lacks ${this.#left} bytes`);
    if (this.#row) this.lines.push(`${this.#row[0] ?? ''} ${this.#row.slice(1).join('|')}`);
    this.#row = undefined;
  }

  #name(id: string): string {
    const table = this.tables.get(id);
    return table ? `${table.schema}.${table.name}` : `?${id}`;
  }

  begin(transaction: Begin): void {
    this.begun.push(transaction);
    this.#line('B');
  }

  relation(table: ChangedTable): void {
    this.#flush();
    this.tables.set(table.id, table);
  }

  change(op: RowOp, table: string, said: number): void {
    this.#flush();
    this.#row = [`${op} ${this.#name(table)}`];
    this.bytes.push({ said, value: 0 });
  }

  null(): void {
    this.#row?.push('\\N');
  }

  unchanged(): void {
    this.#row?.push('\\U');
  }

  value(length: number): void {
    if (this.#left > 0) throw new Error(`a value lacks ${this.#left} bytes`);
    this.#row?.push('');
    this.#left = length;
    this.bytes.at(-1)!.value += length;
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    this.#left -= end - start;
    if (this.#row) this.#row[this.#row.length - 1] += Buffer.from(bytes.subarray(start, end)).toString('latin1');
  }

  truncate(tables: readonly string[], { cascade, restart }: { cascade: boolean; restart: boolean }): void {
    this.#line(
      `T ${cascade ? 'c' : ''}${restart ? 's' : ''} ${tables
        .map((id) => this.#name(id))
        .sort()
        .join(',')}`,
    );
  }

  message(prefix: string, content: Uint8Array): void {
    this.#line(`M ${prefix} ${Buffer.from(content).toString('latin1')}`);
  }

  commit(end: Position): void {
    this.commits.push(end);
    this.#line('E');
    this.#reached(end);
  }

  idle(position: Position): void {
    this.idleAt = position;
    this.#reached(position);
  }

  ready(): Promise<void> | undefined {
    return this.room();
  }
}

export class Stream {
  readonly name = `openkite_test_${randomBytes(4).toString('hex')}`;
  readonly sink = new Recording();
  readonly over = new AbortController();
  changes: ChangeSource;
  tables: readonly Table[] = [];
  position: Position = '0/0';
  captured: Promise<void> = Promise.resolve();

  private constructor(
    readonly url: URL,
    readonly db: PgDb,
    readonly extractor: Extractor,
  ) {
    this.changes = extractor.changes!(this.name);
  }

  static async open(url: URL, sql = ''): Promise<Stream> {
    const db = await connect(url, { name: 'test', searchPath: 'public' });
    if (sql !== '') await db.query(sql);
    return new Stream(url, db, await openExtractor(url));
  }

  /** Publications and slot. */
  async create(agreed: (table: Table) => boolean = () => false): Promise<this> {
    this.tables = (await this.extractor.schema()).tables;
    for (const step of (await this.changes.provision(this.tables, agreed)).steps) await this.changes.perform(step);
    this.position = await this.changes.create(() => undefined);
    return this;
  }

  start(from = this.position): this {
    this.captured = this.changes.capture(from, this.tables, this.sink, this.over.signal);
    this.captured.catch(() => undefined);
    return this;
  }

  /** What comes of these statements, each of which is a transaction or opens and ends some. */
  async lines(...statements: string[]): Promise<string[]> {
    const before = this.sink.lines.length;
    for (const sql of statements) await this.db.query(sql);
    await this.arrived();
    return this.sink.lines.slice(before);
  }

  async arrived(): Promise<void> {
    await Promise.race([this.sink.until((await this.changes.sample()).position), this.captured]);
  }

  async close(): Promise<void> {
    this.over.abort();
    await this.captured.catch(() => undefined);
    await this.changes.remove();
    await Promise.all([this.db.close(), this.extractor.close()]);
  }
}

export const openExtractor = (url: URL): Promise<Extractor> =>
  connector.open(url, { name: 'openkite:test', controlSchema: 'wirekite' });
