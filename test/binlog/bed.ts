/** A stream on a database of a test server, and a sink that writes down what comes of it. */
import { randomBytes } from 'node:crypto';
import { canonOf } from '../../extractors/mysql/canon/canon.js';
import { MySqlChanges } from '../../extractors/mysql/changes/source.js';
import { readSchema } from '../../extractors/mysql/catalog/read-schema.js';
import { comparePositions } from '../../extractors/mysql/position.js';
import { connect, logIn } from '../../src/db/mysql/connect.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import { quoteIdentifier } from '../../src/db/mysql/quote.js';
import type { Begin, ChangedTable, ChangeSink, RowOp } from '../../src/model/change.js';
import type { Position } from '../../src/model/position.js';
import { storedColumns, type Table } from '../../src/model/schema.js';

/** Lines: `B`, `I t 1|a`, `E`; `\N` null, `\U` unchanged. Values are latin1 of their bytes. */
export class Recording implements ChangeSink {
  readonly lines: string[] = [];
  readonly begun: Begin[] = [];
  readonly commits: Position[] = [];
  readonly tables = new Map<string, ChangedTable>();
  room: () => Promise<void> | undefined = () => undefined;
  #row: string[] | undefined;
  #left = 0;
  #at: Position | undefined;
  #waiting: { position: Position; done: () => void }[] = [];

  until(position: Position): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ position, done });
      if (this.#at !== undefined) this.#reached(this.#at);
    });
  }

  #reached(position: Position): void {
    this.#at = position;
    const there = this.#waiting.filter((one) => comparePositions(one.position, position) <= 0);
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

  begin(transaction: Begin): void {
    this.begun.push(transaction);
    this.#line('B');
  }

  relation(table: ChangedTable): void {
    this.#flush();
    this.tables.set(table.id, table);
  }

  change(op: RowOp, table: string): void {
    this.#flush();
    this.#row = [`${op} ${this.tables.get(table)?.name ?? '?'}`];
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
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    this.#left -= end - start;
    if (this.#row) this.#row[this.#row.length - 1] += Buffer.from(bytes.subarray(start, end)).toString('latin1');
  }

  truncate(tables: readonly string[]): void {
    this.#line(`T ${tables.map((id) => this.tables.get(id)?.name ?? '?').join(',')}`);
  }

  message(prefix: string, content: Uint8Array): void {
    this.#line(`M ${prefix} ${Buffer.from(content).toString()}`);
  }

  commit(end: Position): void {
    this.commits.push(end);
    this.#line('E');
    this.#reached(end);
  }

  idle(position: Position): void {
    this.#reached(position);
  }

  ready(): Promise<void> | undefined {
    return this.room();
  }
}

export class Bed {
  sink = new Recording();
  over = new AbortController();
  tables: readonly Table[] = [];
  position: Position = '';
  captured: Promise<void> = Promise.resolve();
  readonly changes: MySqlChanges;

  private constructor(
    readonly url: URL,
    readonly db: MyDb,
    private readonly dumpUrl: URL,
  ) {
    this.changes = new MySqlChanges(db, {
      stream: `test_${randomBytes(4).toString('hex')}`,
      dump: () => logIn(this.dumpUrl, 'openkite:test:dump'),
      snapshot: () => Promise.reject(new Error('not of this test')),
      fileBytes: 1 << 30,
    });
  }

  /** `through`: by which the log comes, where it is another way. */
  static async open(url: URL, sql = '', through = url): Promise<Bed> {
    const bed = new Bed(url, await connect(url, { name: 'openkite:test' }), through);
    for (const one of sql.split(';').filter((text) => text.trim() !== '')) await bed.db.query(one);
    return bed.learn();
  }

  /** Looks at the tables, and begins here. */
  async learn(): Promise<this> {
    this.tables = (await readSchema(this.db)).tables;
    this.position = await this.changes.create();
    return this;
  }

  start(from = this.position): this {
    this.captured = this.changes.capture(from, this.tables, this.sink, this.over.signal);
    this.captured.catch(() => undefined);
    return this;
  }

  /** What comes of these statements. */
  async lines(...statements: string[]): Promise<string[]> {
    const before = this.sink.lines.length;
    for (const sql of statements) await this.db.query(sql);
    await this.arrived();
    return this.sink.lines.slice(before);
  }

  async arrived(): Promise<void> {
    await Promise.race([this.sink.until((await this.changes.sample()).position), this.captured]);
  }

  /** Rows of a table as a snapshot would write them, as latin1 of their bytes. */
  async snapshot(name: string, order = '1'): Promise<string[]> {
    const table = this.tables.find((one) => one.name === name)!;
    const forms = storedColumns(table).map((column) => ({ column, canon: canonOf(column.type)! }));
    const plain = forms.map(({ column, canon }) => canon.select(quoteIdentifier(column.name))).join(', ');
    const connection = await logIn(this.url, 'openkite:test:rows');
    try {
      await run(connection, `SET NAMES utf8mb4; SET time_zone = '+00:00'`);
      const rows = await run(connection, `SELECT ${plain} FROM ${quoteIdentifier(name)} ORDER BY ${order}`);
      return rows.map((row) =>
        row
          .map((value, i) =>
            value === null ? '\\N' : forms[i]!.canon.write(value, 0, value.length).toString('latin1'),
          )
          .join('|'),
      );
    } finally {
      connection.destroy();
    }
  }

  async stop(): Promise<void> {
    this.over.abort();
    await this.captured;
    this.over = new AbortController();
    this.sink = new Recording();
  }

  async close(): Promise<void> {
    this.over.abort();
    await this.captured.catch(() => undefined);
    await this.db.close();
  }
}

/** The bytes that the server sends. */
function run(connection: Awaited<ReturnType<typeof logIn>>, sql: string): Promise<(Buffer | null)[][]> {
  return new Promise((resolve, reject) =>
    connection.query({ sql, rowsAsArray: true, typeCast: (field) => field.buffer() }, (error, rows) =>
      error ? reject(error) : resolve(rows as (Buffer | null)[][]),
    ),
  );
}
