import type { Duplex } from 'node:stream';

/** Takes a result's rows as they are on the wire: per value a length and its bytes (`lengthAt`). */
export interface RowTaker {
  /** A row of at most LARGE bytes, in `bytes[start, end)`; they may change once this returns. */
  row(bytes: Buffer, start: number, end: number): void;
  /** A larger row comes in pieces that may be cut anywhere. */
  begin(): void;
  piece(bytes: Buffer, start: number, end: number): void;
  end(): void;
  /** A promise to wait for before more is read, or undefined when there is room. Asked after each input. */
  ready(): Promise<void> | undefined;
}

/** Rows up to this size are handed over whole. */
export const LARGE = 1 << 20;
/** A packet's length in three bytes, and its number. */
const HEADER = 4;
/** A packet of this length is continued by the next one. */
const FULL = 0xffffff;
const [OK, END, FAILURE] = [0x00, 0xfe, 0xff];
/** The end of rows is marked by a byte with which a large value may begin too. */
const END_BYTES = 9;

type Phase = 'count' | 'columns' | 'rows' | 'over';

/**
 * Stands between the socket and the driver while one result is read. Rows go to the taker, without a driver's object for
 * any of them; everything else goes to the driver, which sees a result without rows.
 */
export class RowTap {
  rows = 0;
  readonly #parse: (bytes: Buffer) => void;
  readonly #listener = (chunk: Buffer): void => this.#feed(chunk);
  #phase: Phase = 'count';
  /** The number that the driver expects of the packet after the rows. */
  #next = 0;
  /** A packet that the end of an input has cut, once its header is there. */
  #packet: Buffer | undefined;
  #held = 0;
  readonly #cut = Buffer.alloc(HEADER);
  /** Bytes of a large row's packet that are still to come. */
  #left = 0;
  #inLarge = false;
  #continued = false;
  #closed = false;

  /** `waiting`: told when the taker has no room any more, and when it has again. */
  constructor(
    private readonly socket: Duplex,
    private readonly taker: RowTaker,
    private readonly waiting: (waits: boolean) => void,
  ) {
    this.#parse = socket.listeners('data')[0] as (bytes: Buffer) => void;
    socket.off('data', this.#parse);
    socket.on('data', this.#listener);
  }

  /** Gives the socket back to the driver. */
  close(): void {
    this.#closed = true;
    if (this.socket.listeners('data').includes(this.#listener)) this.socket.on('data', this.#parse);
    this.socket.off('data', this.#listener);
  }

  #feed(chunk: Buffer): void {
    const before = this.rows;
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) at = this.#largeMore(chunk, at);
      else if (this.#held > 0) at = this.#fill(chunk, at);
      else at = this.#packets(chunk, at);
    }
    if (this.#phase === 'rows' || this.rows > before) this.#wait();
  }

  /** As many whole packets as there are; the rest is held. */
  #packets(chunk: Buffer, from: number): number {
    let at = from;
    while (chunk.length - at >= HEADER) {
      const length = lengthOf(chunk, at);
      const end = at + HEADER + length;
      if (this.#isLarge(length)) return this.#largeBegins(length, at + HEADER);
      if (end > chunk.length) {
        this.#packet = Buffer.allocUnsafeSlow(HEADER + length);
        this.#held = chunk.copy(this.#packet, 0, at);
        return chunk.length;
      }
      this.#take(chunk, at, end);
      at = end;
    }
    this.#held = chunk.copy(this.#cut, 0, at);
    return chunk.length;
  }

  /** Completes the packet that was cut, or its header. */
  #fill(chunk: Buffer, at: number): number {
    const packet = this.#packet ?? this.#cut;
    const taken = chunk.copy(packet, this.#held, at);
    this.#held += taken;
    if (this.#held < packet.length) return chunk.length;
    this.#held = 0;
    if (this.#packet === undefined) this.#headed();
    else this.#whole(packet);
    return at + taken;
  }

  #headed(): void {
    const length = lengthOf(this.#cut, 0);
    if (this.#isLarge(length)) {
      this.#largeBegins(length, 0);
    } else if (length === 0) {
      this.#take(this.#cut, 0, HEADER);
    } else {
      this.#packet = Buffer.allocUnsafeSlow(HEADER + length);
      this.#held = this.#cut.copy(this.#packet);
    }
  }

  #whole(packet: Buffer): void {
    this.#packet = undefined;
    this.#take(packet, 0, packet.length);
  }

  /** One packet, header included. */
  #take(bytes: Buffer, start: number, end: number): void {
    const payload = start + HEADER;
    if (this.#phase !== 'rows') return this.#head(bytes, start, end);
    const first = bytes[payload];
    if (first === FAILURE || (first === END && end - payload < END_BYTES)) return this.#last(bytes, start, end);
    this.rows += 1;
    this.taker.row(bytes, payload, end);
  }

  #head(bytes: Buffer, start: number, end: number): void {
    const first = bytes[start + HEADER];
    if (this.#phase === 'count') this.#phase = first === OK || first === FAILURE ? 'over' : 'columns';
    else if (this.#phase === 'columns' && first === END && end - start - HEADER < END_BYTES) this.#phase = 'rows';
    this.#next = (bytes[start + 3]! + 1) & 0xff;
    this.#parse(bytes.subarray(start, end));
  }

  /** The driver counts packets, and has not seen the rows. */
  #last(bytes: Buffer, start: number, end: number): void {
    const packet = Buffer.from(bytes.subarray(start, end));
    packet[3] = this.#next;
    this.#phase = 'over';
    this.#parse(packet);
  }

  #isLarge(length: number): boolean {
    return this.#phase === 'rows' && (this.#continued || length > LARGE);
  }

  #largeBegins(length: number, at: number): number {
    if (!this.#inLarge) {
      this.#inLarge = true;
      this.rows += 1;
      this.taker.begin();
    }
    this.#continued = length === FULL;
    this.#left = length;
    if (length === 0) this.#largeEnds();
    return at;
  }

  #largeMore(chunk: Buffer, at: number): number {
    const end = Math.min(at + this.#left, chunk.length);
    this.#left -= end - at;
    this.taker.piece(chunk, at, end);
    if (this.#left === 0 && !this.#continued) this.#largeEnds();
    return end;
  }

  #largeEnds(): void {
    this.#inLarge = false;
    this.taker.end();
  }

  #wait(): void {
    const room = this.taker.ready();
    if (room === undefined) return;
    this.waiting(true);
    this.socket.pause();
    void room.then(() => {
      if (!this.#closed) this.waiting(false);
      this.socket.resume();
    });
  }
}

/** A taker that never throws: what comes after its failure is thrown away, and `abandon` is called, once. */
export class Guard implements RowTaker {
  failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly taker: RowTaker,
    private readonly abandon: () => void,
  ) {}

  /** Without a closure: it is called a million times a second. */
  row(bytes: Buffer, start: number, end: number): void {
    if (this.failure !== undefined) return;
    try {
      this.taker.row(bytes, start, end);
    } catch (error) {
      this.#fail(error);
    }
  }

  begin(): void {
    this.#try(() => this.taker.begin());
  }

  piece(bytes: Buffer, start: number, end: number): void {
    this.#try(() => this.taker.piece(bytes, start, end));
  }

  end(): void {
    this.#try(() => this.taker.end());
  }

  ready(): Promise<void> | undefined {
    return this.#try(() => this.taker.ready())?.catch((error: unknown) => this.#fail(error));
  }

  #try<T>(work: () => T): T | undefined {
    if (this.failure !== undefined) return undefined;
    try {
      return work();
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #fail(error: unknown): void {
    if (this.failure !== undefined) return;
    this.failure = { error };
    this.abandon();
  }
}

const lengthOf = (bytes: Buffer, at: number): number => bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
