import type { Duplex } from 'node:stream';
import type { ByteSink } from '../../model/bytes.js';

const COPY_DATA = 0x64; // 'd'
const HEADER = 5; // message type, then the length of all that follows it

/**
 * Stands between the socket and pg's parser for the whole life of a session. COPY data is handed to `rows` piece
 * by piece as it arrives, so that a row of any size passes in constant memory; everything else goes to pg.
 */
export class Tap {
  /** Who gets the COPY data. While undefined, pg does. */
  rows: ByteSink | undefined;
  readonly #socket: Duplex;
  readonly #parse: (chunk: Buffer) => void;
  readonly #cut = Buffer.alloc(HEADER); // a header that a packet's end has cut in two
  #held = 0; // bytes of it
  #left = 0; // bytes of the current message that are still to come
  #ours = false; // it is COPY data for `rows`

  /** `socket`: as pg has left it after the login, between two messages. */
  constructor(socket: Duplex) {
    this.#socket = socket;
    this.#parse = socket.listeners('data')[0] as (chunk: Buffer) => void;
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => this.#feed(chunk));
  }

  #feed(chunk: Buffer): void {
    let at = 0;
    let passed = 0; // up to here, the chunk is dealt with
    while (at < chunk.length) {
      if (this.#left > 0) {
        const end = Math.min(at + this.#left, chunk.length);
        this.#left -= end - at;
        if (this.#ours) {
          this.rows?.append(chunk, at, end);
          passed = end;
        }
        at = end;
      } else if (this.#held === 0 && chunk.length - at >= HEADER) {
        if (this.#wanted(chunk[at])) {
          this.#pass(chunk, passed, at); // first, because it may say in which format the rows are
          passed = at + HEADER;
        }
        this.#open(chunk, at);
        at += HEADER;
      } else {
        this.#pass(chunk, passed, at);
        at = passed = this.#hold(chunk, at);
      }
    }
    this.#pass(chunk, passed, chunk.length);
    if (this.rows !== undefined) this.#wait(this.rows);
  }

  #wanted(type: number | undefined): boolean {
    return type === COPY_DATA && this.rows !== undefined;
  }

  #open(bytes: Buffer, at: number): void {
    this.#left = bytes.readUInt32BE(at + 1) - 4;
    this.#ours = this.#wanted(bytes[at]);
    if (this.#ours) this.rows?.row(this.#left);
  }

  #hold(chunk: Buffer, at: number): number {
    const taken = chunk.copy(this.#cut, this.#held, at, at + HEADER - this.#held);
    this.#held += taken;
    if (this.#held === HEADER) {
      this.#held = 0;
      this.#open(this.#cut, 0);
      if (!this.#ours) this.#parse(Buffer.from(this.#cut));
    }
    return at + taken;
  }

  #pass(chunk: Buffer, start: number, end: number): void {
    if (end > start) this.#parse(start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end));
  }

  #wait(rows: ByteSink): void {
    const room = rows.ready();
    if (room === undefined) return;
    this.#socket.pause();
    void room.then(() => this.#socket.resume());
  }
}
