import { probe } from '../base/probe.js';
import type { SealedChanges, StreamState } from '../control/stream.js';
import type { CktWriter } from '../format/ckt-writer.js';
import type { Sealed } from '../format/frame-writer.js';
import { cktName } from '../format/name.js';
import type { Position } from '../model/position.js';

/** Up to where the stream is recorded. */
export type Reached = StreamState;

/** A file of changes that is durable. */
export type RecordedFile = Omit<SealedChanges, 'bytes'>;

/** Makes sealed files known, all of them at once. */
export type Register = (files: readonly RecordedFile[], to: Reached) => Promise<void>;

/** A file that is written. */
export interface Part {
  readonly writer: CktWriter;
  readonly number: number;
  readonly first: number;
  changes: number;
  /** Where the last transaction ends that ends in it or before it. */
  position: Position;
  /** The last transaction that has a line in it. */
  lastSeq: number;
  sealed?: Promise<Sealed>;
}

/** Files that are sealed and made known while the next are written. Beyond that the source waits. */
const IN_FLIGHT = 2;

/** Seals files and makes them known, group after group in their order, while others are written. */
export class Publisher {
  #queue: Promise<void> = Promise.resolve();
  #inFlight = 0;
  #known: Reached;
  #fail!: (error: unknown) => void;
  /** Rejects when a file could not be sealed or made known. */
  readonly failure = new Promise<never>((_, reject) => (this.#fail = reject));

  constructor(
    from: Reached,
    private readonly register: Register,
  ) {
    this.#known = from;
    this.failure.catch(() => undefined); // whoever captures looks
  }

  /** Up to where files are known to the control plane. */
  get known(): Reached {
    return this.#known;
  }

  get isIdle(): boolean {
    return this.#inFlight === 0;
  }

  /** Files in whose end no transaction is open. */
  publish(parts: readonly Part[], to: Reached): void {
    for (const part of parts) void seal(part);
    this.#inFlight += 1;
    this.#queue = this.#queue.then(async () => {
      await this.#publish(parts, to);
      this.#inFlight -= 1;
    });
    this.#queue.catch((error: unknown) => this.#fail(error));
  }

  async #publish(parts: readonly Part[], to: Reached): Promise<void> {
    const files: RecordedFile[] = [];
    for (const part of parts) {
      const { number, first: firstSeq, lastSeq, changes, position } = part;
      const { rawBytes, checksum } = await seal(part);
      files.push({ source: cktName(number), number, firstSeq, lastSeq, changes, rawBytes, checksum, position });
    }
    probe('C4');
    await this.register(files, to);
    this.#known = to;
    probe('C5');
  }

  /** A promise to wait for before more is written, or undefined when there is room. */
  ready(): Promise<void> | undefined {
    return this.#inFlight >= IN_FLIGHT ? this.#queue : undefined;
  }

  /** Resolves when all is known, rejects with the first failure. */
  drained(): Promise<void> {
    return this.#queue;
  }
}

/** Begins it, or returns what was begun. */
export function seal(part: Part): Promise<Sealed> {
  if (part.sealed) return part.sealed;
  const sealed = (part.sealed = part.writer.seal());
  sealed.catch(() => undefined); // told by whoever waits for it
  return sealed;
}
