import type { Socket } from 'node:net';
import type { Connection, Submittable } from 'pg';
import { sleep } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import type { ByteSink } from '../../model/bytes.js';
import { classify } from './faults.js';
import type { Tap } from './tap.js';

/** Takes the messages of a log, each as a row, in pieces cut anywhere. */
export interface LogSink extends ByteSink {
  /** Everything that ends before this place has been sent. */
  sent(upTo: bigint): void;
}

export interface StreamOptions {
  /** The server takes the stream; nothing has come of it yet. */
  started(): void;
  /** Up to where the server may forget; undefined: nothing so far. Asked every second. */
  released(): bigint | undefined;
  /** Seconds without a byte, while we would take some, after which the server is given up. */
  readonly silence: number;
}

const DATA = 0x77; // 'w', then three words: where it begins, where the log ends, the time
const DATA_HEADER = 25;
const KEEPALIVE = 0x6b; // 'k', then where the log was read to, the time, and whether an answer is wanted
const KEEPALIVE_SIZE = 18;
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4]);
/** A reader that takes every small piece at once is woken for each message: half as fast, at three times the work. */
const SMALL_READ = 32 << 10;
const PAUSE_MS = 2;
const STATUS_MS = 1000;
/** Seconds of silence after which the server is asked for a sign of life. */
const ASK_AFTER = 5;
/** A server that asks for answers so often within a second is shutting down, and waits for what we will not say. */
const SHUTDOWN_REQUESTS = 5;
const LEAVE_MS = 1000;
const EPOCH = Date.UTC(2000, 0, 1);

const NOBODY: ByteSink = { row: () => undefined, append: () => undefined, ready: () => undefined };

/**
 * START_REPLICATION, as an entry of pg's queue. It answers for itself every second, also while its sink lets the
 * server wait, and confirms what was released, never what was merely received. `ended` resolves after `stop`, once the
 * connection is closed, and rejects else, with what the sink threw or a Fault.
 */
export class ReplicationStream implements Submittable, ByteSink {
  readonly ended: Promise<void>;
  #settle!: { resolve(): void; reject(error: unknown): void };
  #socket: Socket | undefined;
  #status: NodeJS.Timeout | undefined;
  #started = false;
  #stopping = false;
  #failure: { readonly error: unknown } | undefined;
  readonly #cut = Buffer.alloc(DATA_HEADER); // a header that came in pieces
  #held = 0; // bytes of it
  #inBody = false;
  #length = 0; // of the current message
  #read = 0; // bytes since `ready` was asked
  #waiting = false;
  #silent = 0; // seconds
  #requests = 0; // for an answer, within this second

  constructor(
    private readonly sql: string,
    private readonly log: LogSink,
    private readonly tap: Tap,
    private readonly options: StreamOptions,
  ) {
    this.ended = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.ended.catch(() => undefined); // whoever started it looks at it when it can
  }

  submit(connection: Connection): void {
    this.#socket = connection.stream as Socket;
    this.tap.rows = this;
    this.#status = setInterval(() => this.#tick(), STATUS_MS);
    connection.once('replicationStart', () => {
      this.#started = true;
      if (!this.#stopping) this.options.started();
    });
    connection.query(this.sql);
  }

  /** Says what was released, and leaves. */
  stop(): void {
    if (this.#stopping || this.#failure !== undefined) return;
    this.#stopping = true;
    this.#quit();
    this.#confirm(false);
    this.#socket?.end(TERMINATE);
    this.#socket?.resume();
    setTimeout(() => this.#socket?.destroy(), LEAVE_MS).unref();
  }

  /** Ends the stream with this failure. */
  fail(error: unknown): void {
    if (this.#stopping || this.#failure !== undefined) return;
    this.#failure = { error };
    this.#quit();
    this.#socket?.destroy();
  }

  row(length: number): void {
    this.#length = length;
    this.#inBody = false;
    this.#held = 0;
  }

  append(chunk: Buffer, start: number, end: number): void {
    this.#read += end - start;
    try {
      const at = this.#inBody ? start : this.#header(chunk, start, end);
      if (at < end) this.log.append(chunk, at, end);
    } catch (error) {
      this.fail(error);
    }
  }

  ready(): Promise<void> | undefined {
    this.#silent = 0;
    const small = this.#read < SMALL_READ;
    this.#read = 0;
    try {
      const room = this.log.ready();
      return room === undefined && !small ? undefined : this.#wait(room, small);
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.handleError(new Fault('transient', 'the server has ended the stream', { code: 'CONNECTION_LOST' }));
  }

  handleError(error: unknown): void {
    this.#quit();
    if (this.#failure !== undefined) this.#settle.reject(this.#failure.error);
    else if (this.#stopping) this.#settle.resolve();
    else this.#settle.reject(classify(error));
  }

  #quit(): void {
    clearInterval(this.#status);
    this.tap.rows = NOBODY;
  }

  /** Never rejects: who waits for it is the socket. */
  async #wait(room: Promise<void> | undefined, small: boolean): Promise<void> {
    this.#waiting = true;
    try {
      await room;
    } catch (error) {
      this.fail(error);
    }
    if (small) await sleep(PAUSE_MS);
    this.#waiting = false;
  }

  /** Deals with what stands before a message, and returns where that begins. */
  #header(chunk: Buffer, start: number, end: number): number {
    if (this.#held === 0 && chunk[start] === DATA && end - start >= DATA_HEADER) return this.#open(start + DATA_HEADER);
    let at = start;
    while (at < end && !this.#inBody) {
      this.#cut[this.#held++] = chunk[at++]!;
      const [type] = this.#cut;
      if (type === DATA && this.#held === DATA_HEADER) this.#open(at);
      else if (type === KEEPALIVE && this.#held === KEEPALIVE_SIZE) this.#keepalive();
    }
    return at;
  }

  #open(at: number): number {
    this.#inBody = true;
    this.log.row(this.#length - DATA_HEADER);
    return at;
  }

  #keepalive(): void {
    this.log.sent(this.#cut.readBigUInt64BE(1));
    if (this.#cut[KEEPALIVE_SIZE - 1] === 0) return;
    this.#requests += 1;
    this.#confirm(false);
  }

  #tick(): void {
    if (this.#requests >= SHUTDOWN_REQUESTS) return this.fail(shuttingDown());
    this.#requests = 0;
    if (!this.#waiting) this.#silent += 1;
    if (this.#silent > this.options.silence) return this.fail(silence(this.options.silence));
    this.#confirm(this.#silent > 0 && this.#silent % ASK_AFTER === 0);
  }

  #confirm(ask: boolean): void {
    if (!this.#started || this.#socket?.writable !== true) return;
    const status = Buffer.alloc(39);
    status.write('d');
    status.writeUInt32BE(38, 1);
    status.write('r', 5);
    const released = this.options.released() ?? 0n; // 0: nothing is said
    for (const at of [6, 14, 22]) status.writeBigUInt64BE(released, at);
    status.writeBigInt64BE(BigInt(Date.now() - EPOCH) * 1000n, 30);
    status[38] = ask ? 1 : 0;
    this.#socket.write(status);
  }
}

function silence(seconds: number): Fault {
  return new Fault(
    'transient',
    `the server has sent nothing for ${seconds} s, not even when asked for a sign of life`,
    {
      code: 'NO_ANSWER',
      safe: 'what was not released comes again',
    },
  );
}

function shuttingDown(): Fault {
  return new Fault('transient', 'the server is shutting down, and waits for us to leave', {
    code: 'SHUTTING_DOWN',
    safe: 'what was not released comes again',
  });
}
