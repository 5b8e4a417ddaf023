import { probe } from '../base/probe.js';
import type { ChunkReader } from '../format/dkt.js';

export interface BatchLimit {
  /** About so many go between two commits. */
  readonly bytes: number;
  /** About so many; Infinity: only bytes count. */
  readonly rows: number;
  readonly closed: () => boolean;
  /** So much was sent. */
  readonly moved: (rows: number, bytes: number) => void;
  /** What to wait for before more is. */
  readonly turn: () => Promise<void> | undefined;
}

/**
 * The rows of a chunk from a mark on, until the batch is large enough or nothing more may begin. It ends only
 * where a row ends, so the rows that went out are whole ones, and counted.
 */
export class Batch {
  /** Rows of the chunk that have gone out when the batch ends, counted from the chunk's first. */
  reached: number;
  /** Bytes that have gone out. */
  sent = 0;
  /** It waits for the file. */
  isReading = false;

  constructor(
    private readonly reader: ChunkReader,
    private readonly from: number,
    private readonly limit: BatchLimit,
  ) {
    this.reached = from;
  }

  async *rows(): AsyncGenerator<Uint8Array> {
    this.isReading = true;
    for await (const piece of this.reader.blocks(this.from)) {
      this.isReading = false;
      if (this.sent > 0) await this.limit.turn();
      yield piece.bytes;
      probe('L3');
      this.sent += piece.bytes.length;
      this.limit.moved(piece.rowsEnded - this.reached, piece.bytes.length);
      this.reached = piece.rowsEnded;
      if (piece.endsRow && (this.isFull || this.limit.closed())) return;
      this.isReading = true;
    }
    this.isReading = false;
  }

  private get isFull(): boolean {
    const { bytes, rows } = this.limit;
    return this.sent >= bytes || this.reached - this.from >= rows;
  }
}
