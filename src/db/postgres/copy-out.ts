import type { Socket } from 'node:net';
import type { Connection, Submittable } from 'pg';
import { Fault } from '../../base/fault.js';
import type { ByteSink } from '../../model/bytes.js';
import { classify } from './faults.js';
import type { Tap } from './tap.js';
import { Tuples } from './tuples.js';

interface End {
  /** Makes the server stop sending. */
  abandon(): void;
  /** Seconds without a byte after which the server is given up. */
  readonly stall: number;
  resolve(rows: number): void;
  reject(error: unknown): void;
}

/**
 * COPY … TO STDOUT, as an entry of pg's queue. When the sink fails, what still comes is thrown away and `abandon` is
 * called, once. Resolves with the rows, or rejects with what failed first.
 */
export class CopyOut implements Submittable, ByteSink {
  #seen = 0;
  #told = -1;
  #failure: { readonly error: unknown } | undefined;
  #socket: Socket | undefined;

  constructor(
    private readonly sql: string,
    private readonly sink: ByteSink,
    private readonly tap: Tap,
    private readonly end: End,
  ) {}

  submit(connection: Connection): void {
    this.tap.rows = this;
    this.#socket = connection.stream as Socket;
    this.#watch();
    connection.once('copyOutResponse', ({ binary }: { binary: boolean }) => {
      if (binary) this.tap.rows = new Tuples(this);
    });
    connection.query(this.sql);
  }

  row(length: number): void {
    this.#seen += 1;
    if (this.#failure !== undefined) return;
    try {
      this.sink.row(length);
    } catch (error) {
      this.#fail(error);
    }
  }

  append(chunk: Uint8Array, start: number, end: number): void {
    if (this.#failure !== undefined) return;
    try {
      this.sink.append(chunk, start, end);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Never rejects: who waits for it is the socket. While it waits for the sink, the server is not to blame. */
  ready(): Promise<void> | undefined {
    if (this.#failure !== undefined) return undefined;
    try {
      const room = this.sink.ready();
      if (room === undefined) return undefined;
      this.#socket?.setTimeout(0);
      return room.catch((error: unknown) => this.#fail(error)).then(() => this.#watch());
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #watch(): void {
    this.#socket?.setTimeout(this.end.stall * 1000);
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#told = Number(/^COPY (\d+)$/.exec(text)?.[1] ?? -1);
  }

  handleReadyForQuery(): void {
    this.tap.rows = undefined;
    this.#socket?.setTimeout(0);
    if (this.#failure !== undefined) this.end.reject(this.#failure.error);
    else if (this.#told === this.#seen) this.end.resolve(this.#seen);
    else this.end.reject(miscounted(this.#told, this.#seen));
  }

  handleError(error: unknown): void {
    this.tap.rows = undefined;
    this.#socket?.setTimeout(0);
    this.end.reject(this.#failure === undefined ? classify(error) : this.#failure.error);
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.end.abandon();
  }
}

function miscounted(told: number, seen: number): Fault {
  return new Fault('unknown', `the server says that it sent ${told} rows, but ${seen} arrived`, { code: 'ROW_COUNT' });
}
