import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { Connection, FieldPacket, QueryError, ResultSetHeader, TypeCastField, TypeCastNext } from 'mysql2';
import { Fault } from '../../base/fault.js';
import type { Params, Result, Row } from '../db.js';
import { bind } from './bind.js';
import { classify } from './faults.js';
import { Guard, RowTap, type RowTaker } from './rows.js';

/** Seconds after which a silent server is given up. */
export interface Patience {
  /** For the answer to a statement. Absent: ten minutes where it has parameters, else as long as it takes. */
  readonly deadline?: number;
  /** For a byte to move while rows are read. */
  readonly stall?: number;
}

const OURS = 600;
const STALL = 300;
/** While rows are sent, so many bytes may wait in the socket. */
const AHEAD = 4 << 20;

interface Answer {
  readonly results: unknown;
  readonly fields: unknown;
}

/** What the driver has beside what its types tell. */
interface Insides {
  readonly stream: Socket;
}

/** Small integers as themselves; all else, also decimals and times, as the server's own text. */
const SMALL = new Set(['TINY', 'SHORT', 'INT24', 'LONG', 'YEAR']);

function typeCast(field: TypeCastField, _next: TypeCastNext): unknown {
  const text = field.string('utf8');
  return text === null || !SMALL.has(field.type) ? text : Number(text);
}

/** One connected client: statements, one at a time. All failures are Faults, but for those of a caller's own source. */
export class Wire {
  readonly session: string;

  constructor(
    readonly connection: Connection,
    private readonly patience: Patience,
    private readonly another: () => Promise<{ connection: Connection }>,
  ) {
    this.session = String(connection.threadId);
    this.socket.on('timeout', () => this.socket.destroy(silence()));
  }

  private get socket(): Socket {
    return (this.connection as unknown as Insides).stream;
  }

  /** One statement or several: the rows of the last one that has any, the count of the last one that has none. */
  async query<R extends Row>(sql: string, params?: Params, seconds?: number): Promise<Result<R>> {
    const text = params === undefined ? sql : bind(sql, params);
    const deadline = seconds ?? this.patience.deadline ?? (params === undefined ? 0 : OURS);
    const { results, fields } = await this.answer({ sql: text, typeCast }, deadline);
    return resultOf<R>(results, fields);
  }

  /** Several statements in one round trip: the rows of each that has any, in their order. */
  async each(sql: string): Promise<Row[][]> {
    const { results, fields } = await this.answer({ sql, typeCast }, this.patience.deadline ?? 0);
    return resultsOf(results, fields).filter(Array.isArray) as Row[][];
  }

  /**
   * LOAD DATA LOCAL INFILE. Pieces are sent as they are. Any warning is a failure, since this statement only warns of what
   * it cut, replaced or left out; the rows that were taken are then still there, until the caller rolls back.
   */
  async load(sql: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
    const infileStreamFactory = () => Readable.from(this.paced(pieces), { objectMode: false, highWaterMark: 1 });
    const { results } = await this.answer({ sql, infileStreamFactory }, 0);
    const { affectedRows, warningStatus } = results as ResultSetHeader;
    if (warningStatus > 0) throw await this.warned(warningStatus);
    return affectedRows;
  }

  /**
   * One SELECT, its rows to the taker as they are on the wire. When the taker fails, the statement is cancelled and what
   * still comes is thrown away. Returns the rows, or rejects with what failed first.
   */
  async unload(sql: string, taker: RowTaker): Promise<number> {
    const stall = this.patience.stall ?? STALL;
    let cancelled: Promise<void> | undefined;
    const guard = new Guard(taker, () => {
      cancelled = this.cancel().catch(() => void this.socket.destroy());
    });
    const tap = new RowTap(this.socket, guard, (waits) => this.socket.setTimeout(waits ? 0 : stall * 1000));
    try {
      await this.answer({ sql }, stall);
    } catch (fault) {
      if (guard.failure === undefined) throw fault;
    } finally {
      tap.close();
      await cancelled; // else it might hit the next statement
    }
    if (guard.failure !== undefined) throw guard.failure.error;
    return tap.rows;
  }

  private async *paced(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
    for await (const piece of pieces) {
      yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      if (this.socket.writableLength > AHEAD)
        await Promise.race([once(this.socket, 'drain'), once(this.socket, 'close')]);
    }
  }

  private async warned(count: number): Promise<Fault> {
    const { rows } = await this.query<{ Level: string; Code: number; Message: string }>('SHOW WARNINGS LIMIT 1');
    const { Message: message = 'no words', Code: errno = 0 } = rows[0] ?? {};
    const fault = classify(Object.assign(new Error(message), { errno, sqlState: '22000' }));
    return new Fault(fault.kind === 'unknown' ? 'data' : fault.kind, `${message} (${count} warnings in all)`, {
      code: String(errno),
      place: fault.place,
      safe: 'nothing of this batch is kept',
    });
  }

  private answer(query: object, seconds: number): Promise<Answer> {
    this.socket.setTimeout(seconds * 1000);
    return new Promise<Answer>((resolve, reject) => {
      const done = (error: QueryError | null, results?: unknown, fields?: FieldPacket[]): void => {
        this.socket.setTimeout(0);
        if (error) reject(classify(error));
        else resolve({ results, fields });
      };
      this.connection.query(query as never, done as never);
    });
  }

  /** From another session, since this one is busy. */
  async cancel(): Promise<void> {
    const { connection } = await this.another();
    await new Promise<void>((resolve) => connection.query(`KILL QUERY ${this.session}`, () => resolve()));
    connection.end();
  }

  /** Without waiting for what is under way: that is rolled back by the server. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.connection.end(() => resolve());
      this.socket.once('close', () => resolve());
    });
  }
}

function resultsOf(results: unknown, fields: unknown): unknown[] {
  const several = Array.isArray(fields) && fields.some((field) => field === undefined || Array.isArray(field));
  return several ? (results as unknown[]) : [results];
}

function resultOf<R extends Row>(results: unknown, fields: unknown): Result<R> {
  const all = resultsOf(results, fields) as (R[] | ResultSetHeader)[];
  const rows = all.filter(Array.isArray).at(-1) as R[] | undefined;
  const header = all.filter((one): one is ResultSetHeader => !Array.isArray(one)).at(-1);
  return { rows: rows ?? [], count: header?.affectedRows ?? rows?.length ?? 0 };
}

function silence(): Fault {
  return new Fault('transient', 'the server has not answered within the deadline', {
    code: 'NO_ANSWER',
    safe: 'the statement may or may not have been carried out',
  });
}
