import { Fault } from '../base/fault.js';
import { monotonic, sleep } from '../base/clock.js';
import { probe } from '../base/probe.js';
import type { Db } from '../db/db.js';
import { unreadable, type Reading } from './action.js';
import { ask } from './ask.js';
import { readSaid } from './said.js';
import { Wishes } from './wishes.js';

export interface WatchOptions {
  /** At most a quarter of a second where the server sends no notices. Asked for before each wait. */
  readonly pollSeconds: () => number;
  /** How long the last word holds while the table cannot be read. */
  readonly graceSeconds: () => number;
  /** Called when the word, its status or a command has become another one; not for the first reading. */
  readonly onChange: (reading: Reading) => void;
  /** Called on every notice of the server, whatever it is about, or on every look where there are none: who waits for work looks again. */
  readonly onNotice?: () => void;
  /** Called at once and then every minute while the table cannot be read, with the seconds since it could. */
  readonly onUnreadable?: (reading: Reading, seconds: number) => void;
  /** Called when notices cannot be listened to: then only polling tells. */
  readonly onDeaf?: (error: unknown) => void;
  /** Ends the wait for the first reading. */
  readonly signal?: AbortSignal;
}

export interface ActionWatch {
  /**
   * What holds now: the stricter of the action row and what was said to all by command. While they cannot be read: the last
   * word, and after the grace time PAUSE.
   */
  current(): Reading;
  /** What else was wished, as it was read last. */
  wishes(): Wishes;
  close(): Promise<void>;
}

/** One read takes no longer: somebody may have locked the table, or the server may be frozen. */
const READ_SECONDS = 5;
/** A look is cheap, and the only one to tell. */
const UNTOLD_SECONDS = 0.25;
const CHANNEL = 'wirekite';
/** What a notice says: the table that has changed. */
const OF_WORDS = /wirekite_(action|command)$/;

/**
 * Reads the action on a session of its own, which it opens again when it is lost: by polling always, and at once when
 * the server sends a notice. Resolves with the first reading: until the table can be read there is no last word, so it
 * waits. Rejects when `open` fails for a mistake of the operator, or when the signal ends the wait.
 */
export async function watchAction(open: () => Promise<Db>, options: WatchOptions): Promise<ActionWatch> {
  const watch = new Watch(open, options);
  await watch.start();
  return watch;
}

class Watch implements ActionWatch {
  #db: Db | undefined;
  #listener: { close(): Promise<void> } | undefined;
  #woken = new AbortController();
  readonly #closing = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  #good: Reading | undefined;
  #wishes = new Wishes();
  #goodAt = monotonic();
  #bad: Reading | undefined;
  #toldAt = -Infinity;
  #shown = '';

  constructor(
    private readonly open: () => Promise<Db>,
    private readonly options: WatchOptions,
  ) {}

  async start(): Promise<void> {
    for (await this.#look(); this.#good === undefined; await this.#look()) {
      await sleep(this.#period() * 1000, ...(this.options.signal ? [this.options.signal] : []));
      if (this.options.signal?.aborted) {
        await this.close();
        throw new Fault('transient', 'ended before wirekite_action could be read', { safe: 'nothing was done' });
      }
    }
    this.#shown = this.#said();
    this.#loop = this.#run();
  }

  current(): Reading {
    const { word, readAt } = this.#good ?? { word: 'PAUSE', readAt: '' };
    if (this.#bad === undefined && this.#good !== undefined) return this.#good;
    const left = this.#goodAt + this.options.graceSeconds() - monotonic();
    const why = this.#bad?.why ?? '';
    if (left <= 0) return { word: 'PAUSE', status: 'CONTROL_UNREADABLE', why, readAt };
    return { word, status: 'CONTROL_UNREADABLE', why: `${why}; ${word} holds for ${Math.ceil(left)} s more`, readAt };
  }

  wishes(): Wishes {
    return this.#wishes;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loop;
    await this.#drop();
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      this.#woken = new AbortController();
      await this.#look().catch((error: unknown) => this.#note(unreadable(error)));
      this.#tell();
      if (this.#untold()) this.options.onNotice?.();
      await sleep(this.#period() * 1000, this.#woken.signal, this.#closing.signal);
    }
  }

  #period(): number {
    const longest = this.#untold() ? UNTOLD_SECONDS : this.#bad === undefined ? Infinity : 1;
    return Math.min(longest, this.options.pollSeconds());
  }

  /** Connected to a server that can only be polled. */
  #untold(): boolean {
    return this.#db !== undefined && this.#db.listen === undefined;
  }

  async #look(): Promise<void> {
    const reading = await this.#read();
    probe('K1');
    this.#note(reading);
    if (reading.status === 'CONTROL_UNREADABLE') await this.#drop();
  }

  #note(reading: Reading): void {
    if (reading.status !== 'CONTROL_UNREADABLE') {
      this.#good = reading;
      this.#goodAt = monotonic();
      this.#bad = undefined;
      this.#toldAt = -Infinity;
      return;
    }
    this.#bad = reading;
    if (monotonic() - this.#toldAt < 60) return;
    this.#toldAt = monotonic();
    this.options.onUnreadable?.(this.current(), monotonic() - this.#goodAt);
  }

  #tell(): void {
    const said = this.#said();
    if (said === this.#shown) return;
    this.#shown = said;
    this.options.onChange(this.current());
  }

  #said(): string {
    const { word, status } = this.current();
    return [word, status, ...this.#wishes.commands.map(({ id, state, inForce }) => `${id}${state}${inForce}`)].join(
      ' ',
    );
  }

  async #read(): Promise<Reading> {
    try {
      const db = (this.#db ??= await this.#session());
      return await withDeadline(this.#readAll(db), () => void db.cancel().catch(() => undefined));
    } catch (error) {
      if (this.#good === undefined && error instanceof Fault && error.kind === 'operator') throw error;
      return unreadable(error);
    }
  }

  async #readAll(db: Db): Promise<Reading> {
    const { reading, wishes } = await readSaid(db);
    if (reading.status !== 'CONTROL_UNREADABLE') this.#wishes = wishes;
    return reading;
  }

  async #session(): Promise<Db> {
    const db = await this.open();
    await ask(db, 'limit_waits', { seconds: READ_SECONDS - 1 });
    this.#listener = await db
      .listen?.(CHANNEL, (table) => this.#wake(table))
      .catch((error: unknown) => void this.options.onDeaf?.(error)); // then polling must do
    return db;
  }

  /** Everybody hears of every chunk and task: words are read again for what may have changed them, or got lost. */
  #wake(table?: string): void {
    if (table === undefined || OF_WORDS.test(table)) this.#woken.abort();
    this.options.onNotice?.();
  }

  async #drop(): Promise<void> {
    const [db, listener] = [this.#db, this.#listener];
    this.#db = this.#listener = undefined;
    const closed = Promise.allSettled([db?.close(), listener?.close()]);
    await Promise.race([closed, sleep(READ_SECONDS * 1000)]); // a frozen server does not take leave
  }
}

async function withDeadline(reading: Promise<Reading>, cancel: () => void): Promise<Reading> {
  const over = new AbortController();
  const late = sleep(READ_SECONDS * 1000, over.signal).then(() => {
    if (!over.signal.aborted) cancel();
    return unreadable(new Fault('transient', `no answer within ${READ_SECONDS} s`));
  });
  return Promise.race([reading, late]).finally(() => over.abort());
}
