/** A packet that is so long goes on in the next one. */
const FULL = 0xffffff;
const HEADER = 4;

/**
 * Cuts what a socket brings into the server's packets. One that lies within a piece is handed over where it is; one that
 * comes in several pieces, or is longer than a packet can be, is put together first.
 */
export class PacketReader {
  readonly #header = Buffer.alloc(HEADER);
  #headed = 0;
  #parts: Buffer[] = [];
  #body: Buffer | undefined;
  #filled = 0;

  constructor(private readonly take: (bytes: Buffer, start: number, end: number) => void) {}

  read(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.#body ? this.#fill(this.#body, chunk, at) : this.#open(chunk, at);
  }

  #open(chunk: Buffer, start: number): number {
    let at = start;
    while (this.#headed < HEADER && at < chunk.length) this.#header[this.#headed++] = chunk[at++]!;
    if (this.#headed < HEADER) return at;
    this.#headed = 0;
    const length = this.#header.readUIntLE(0, 3);
    const end = at + length;
    if (end <= chunk.length && length < FULL && this.#parts.length === 0) {
      this.take(chunk, at, end);
      return end;
    }
    this.#body = Buffer.allocUnsafe(length);
    this.#filled = 0;
    return this.#fill(this.#body, chunk, at);
  }

  #fill(body: Buffer, chunk: Buffer, start: number): number {
    const end = Math.min(chunk.length, start + body.length - this.#filled);
    chunk.copy(body, this.#filled, start, end);
    this.#filled += end - start;
    if (this.#filled === body.length) this.#close(body);
    return end;
  }

  #close(body: Buffer): void {
    this.#body = undefined;
    this.#parts.push(body);
    if (body.length === FULL) return;
    const whole = this.#parts.length === 1 ? body : Buffer.concat(this.#parts);
    this.#parts = [];
    this.take(whole, 0, whole.length);
  }
}
