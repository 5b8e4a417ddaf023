import type { Socket } from 'node:net';
import type { Connection, Submittable } from 'pg';
import { classify } from './faults.js';

const FRAME = 1 << 20;
const COPY_DATA = 0x64; // 'd'
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);
const COPY_FAIL = Buffer.concat([Buffer.from([0x66, 0, 0, 0, 22]), Buffer.from('the sender failed\0')]);
const PRELUDE = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const TRAILER = Buffer.from([0xff, 0xff]);

/**
 * COPY … FROM STDIN, as an entry of pg's queue. Pieces go to the socket uncopied, two frames at a time: one on its
 * way while the next is read. Fails at once when the server objects, whatever the source is doing then.
 */
export class CopyIn implements Submittable {
  #rows = 0;
  #over = false;
  #failure: { readonly error: unknown } | undefined;
  #sent: Promise<void> = Promise.resolve();

  constructor(
    private readonly sql: string,
    private readonly pieces: AsyncIterable<Uint8Array>,
    private readonly stallSeconds: number,
    private readonly settle: { resolve(rows: number): void; reject(error: unknown): void },
  ) {}

  submit(connection: Connection): void {
    const socket = connection.stream as Socket;
    connection.once('copyInResponse', ({ binary }: { binary: boolean }) => void this.#pump(socket, binary));
    connection.query(this.sql);
  }

  /** pg calls this without telling the format: the event in `submit` does. */
  handleCopyInResponse(): void {}

  handleCommandComplete({ text }: { text: string }): void {
    this.#rows = Number(/^COPY (\d+)$/.exec(text)?.[1] ?? -1);
  }

  handleReadyForQuery(connection: Connection): void {
    this.#end(connection);
    this.settle.resolve(this.#rows);
  }

  handleError(error: unknown, connection: Connection): void {
    this.#end(connection);
    this.settle.reject(this.#failure === undefined ? classify(error) : this.#failure.error);
  }

  #end(connection: Connection): void {
    this.#over = true;
    (connection.stream as Socket).setTimeout(0);
  }

  async #pump(socket: Socket, binary: boolean): Promise<void> {
    try {
      if (binary) await this.#send(socket, PRELUDE);
      for await (const piece of this.pieces) {
        if (this.#over) return;
        await this.#send(socket, piece);
      }
      if (binary) await this.#send(socket, TRAILER);
      if (!this.#over) socket.write(COPY_DONE);
    } catch (error) {
      this.#failure = { error };
      if (!this.#over) socket.write(COPY_FAIL);
    }
    if (!this.#over) socket.setTimeout(this.stallSeconds * 1000); // now it is the server's turn
  }

  async #send(socket: Socket, piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.length && !this.#over; at += FRAME) {
      socket.setTimeout(this.stallSeconds * 1000);
      await this.#sent;
      socket.setTimeout(0);
      if (!this.#over) this.#sent = frame(socket, piece.subarray(at, at + FRAME));
    }
  }
}

/** Resolves when the frame has left, and also when it cannot: that is told by the socket's end. */
function frame(socket: Socket, body: Uint8Array): Promise<void> {
  const header = Buffer.allocUnsafe(5);
  header[0] = COPY_DATA;
  header.writeUInt32BE(body.length + 4, 1);
  return new Promise((resolve) => {
    socket.cork();
    socket.write(header);
    socket.write(body, () => resolve());
    socket.uncork();
  });
}
