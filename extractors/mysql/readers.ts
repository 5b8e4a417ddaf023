import { randomBytes } from 'node:crypto';
import { Fault } from '../../src/base/fault.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';

/** Who waits for a reader. */
interface Waiting {
  resolve(reader: MyDb): void;
  reject(fault: Fault): void;
}

/** Of this process: a snapshot cannot be handed to another. */
const held = new Map<string, Readers>();

/** The sessions of one snapshot that are lent out. One that breaks is not replaced: the others do its work. */
export class Readers {
  readonly ticket: string;
  readonly #idle: MyDb[];
  #alive: number;
  #waiting: Waiting[] = [];

  constructor(holder: MyDb, readers: readonly MyDb[]) {
    this.ticket = `${holder.session}-${randomBytes(4).toString('hex')}`;
    this.#idle = [...readers];
    this.#alive = readers.length;
    held.set(this.ticket, this);
  }

  /** Fault `SNAPSHOT_LOST` when the ticket is unknown. */
  static of(ticket: string): Readers {
    const readers = held.get(ticket);
    if (!readers) throw lost(ticket);
    return readers;
  }

  /** How many can still be lent, now or later. */
  get alive(): number {
    return this.#alive;
  }

  /** Waits while all are lent. Fault `SNAPSHOT_LOST` when none is left. */
  borrow(): Promise<MyDb> {
    const reader = this.#idle.pop();
    if (reader) return Promise.resolve(reader);
    if (this.#alive === 0) return Promise.reject(lost(this.ticket));
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  async giveBack(reader: MyDb): Promise<void> {
    if (held.get(this.ticket) !== this) return reader.close();
    const sound = await reader.query('SELECT 1').then(
      () => true,
      () => false,
    );
    if (!sound) return this.#drop(reader);
    const next = this.#waiting.shift();
    if (next) next.resolve(reader);
    else this.#idle.push(reader);
  }

  /** Those that are lent are closed when they come back. */
  async close(): Promise<void> {
    held.delete(this.ticket);
    this.#alive = 0;
    this.#rejectAll();
    await Promise.all(this.#idle.splice(0).map((reader) => reader.close()));
  }

  async #drop(reader: MyDb): Promise<void> {
    this.#alive -= 1;
    if (this.#alive === 0) this.#rejectAll();
    await reader.close();
  }

  #rejectAll(): void {
    for (const waiting of this.#waiting.splice(0)) waiting.reject(lost(this.ticket));
  }
}

export const lost = (ticket: string): Fault =>
  new Fault('transient', `the snapshot ${ticket} is gone: the sessions that held it have ended`, {
    code: 'SNAPSHOT_LOST',
    safe: 'sealed chunks stay valid; tables caught in the middle are emptied and read again',
  });
