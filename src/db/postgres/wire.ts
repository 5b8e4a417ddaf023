import { createConnection, type Socket } from 'node:net';
import type { Client } from 'pg';
import { Fault } from '../../base/fault.js';
import type { ByteSink } from '../../model/bytes.js';
import { bind } from '../bind.js';
import type { Params, Result, Row } from '../db.js';
import { CopyIn } from './copy-in.js';
import { CopyOut } from './copy-out.js';
import { classify } from './faults.js';
import { ReplicationStream, type LogSink, type StreamOptions } from './replication.js';
import { Tap } from './tap.js';

/** Seconds after which a silent server is given up. */
export interface Patience {
  /** For the answer to a statement. Absent: ten minutes where it has parameters, else as long as it takes: an index may take hours. */
  readonly deadline?: number;
  /** For a byte to move while rows are sent or read. */
  readonly stall?: number;
}

/** What pg knows of the server's side of a session. */
interface Backend {
  readonly processID: number;
  readonly secretKey: number;
}

const STALL = 300;
const OURS = 600;

type Answer<R extends Row> = Result<R> & { readonly command: string };

/** One connected pg client: statements and COPY, one at a time. All failures are Faults, but for those of a caller's own source or sink. */
export class Wire {
  readonly backend: number;
  readonly client: Client;
  readonly #socket: Socket;
  readonly #tap: Tap;
  readonly #patience: Patience;

  /** `client`: connected, and with an 'error' listener of its own. */
  constructor(client: Client, patience: Patience) {
    this.client = client;
    this.backend = (client as Client & Backend).processID;
    this.#socket = client.connection.stream as Socket;
    this.#tap = new Tap(this.#socket);
    this.#patience = patience;
    this.#socket.on('timeout', () => this.#socket.destroy(silence()));
  }

  /** Without parameters in the simple protocol, so that there may be several statements: the last one's result. */
  async query<R extends Row>(sql: string, params?: Params, seconds?: number): Promise<Answer<R>> {
    const { text, values } = params === undefined ? { text: sql, values: [] } : bind(sql, params);
    const deadline = seconds ?? this.#patience.deadline ?? (params === undefined ? 0 : OURS);
    this.#socket.setTimeout(deadline * 1000);
    try {
      const answer = await this.client.query<R>(text, values.length === 0 ? undefined : values);
      const last = Array.isArray(answer) ? (answer.at(-1) as typeof answer) : answer;
      return { rows: last.rows, count: last.rowCount ?? 0, command: last.command };
    } catch (error) {
      throw classify(error);
    } finally {
      this.#socket.setTimeout(0);
    }
  }

  load(sql: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
    return new Promise((resolve, reject) => {
      this.client.query(new CopyIn(sql, pieces, this.#patience.stall ?? STALL, { resolve, reject }));
    });
  }

  unload(sql: string, sink: ByteSink): Promise<number> {
    return new Promise((resolve, reject) => {
      const abandon = () => void this.cancel().catch(() => this.#socket.destroy());
      const stall = this.#patience.stall ?? STALL;
      this.client.query(new CopyOut(sql, sink, this.#tap, { abandon, stall, resolve, reject }));
    });
  }

  /** On a session of `connectReplication`: streams the log, and nothing else any more. */
  replicate(sql: string, log: LogSink, options: StreamOptions): ReplicationStream {
    const stream = new ReplicationStream(sql, log, this.#tap, options);
    this.client.query(stream);
    return stream;
  }

  /** The server's own cancel request: it needs no login, so it also works when all sessions are taken. */
  cancel(): Promise<void> {
    const { host, port } = this.client;
    const { processID, secretKey } = this.client as Client & Backend;
    const request = Buffer.alloc(16);
    [16, 80_877_102, processID, secretKey].forEach((word, i) => request.writeInt32BE(word, i * 4));
    return new Promise((resolve, reject) => {
      const socket = host.startsWith('/') ? createConnection(`${host}/.s.PGSQL.${port}`) : createConnection(port, host);
      socket.on('error', (error) => reject(classify(error)));
      socket.on('close', () => resolve());
      socket.resume().end(request);
    });
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}

function silence(): Fault {
  return new Fault('transient', 'the server has not answered within the deadline', {
    code: 'NO_ANSWER',
    safe: 'the statement may or may not have been carried out',
  });
}
