import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Connection } from 'mysql2';
import { sleep } from '../../../base/clock.js';
import { Fault } from '../../../base/fault.js';
import { classify } from '../faults.js';
import { PacketReader } from './packets.js';

/** Takes the events of a binary log, each as a whole. */
export interface EventSink {
  event(bytes: Buffer, start: number, end: number): void;
  /** Asked after each input: a promise to wait for before more is read. */
  ready(): Promise<void> | undefined;
}

export interface DumpFrom {
  readonly file: string;
  /** At most what fits into four bytes. */
  readonly offset: number;
}

const REGISTER = 0x15;
const DUMP = 0x12;
const OK = 0;
const END = 0xfe;
const ERROR = 0xff;
/** Smaller inputs are let gather, or each event would wake us. */
const SMALL_READ = 32 << 10;
const PAUSE_MS = 2;
const HEARTBEAT_SECONDS = 5;
const SILENCE_SECONDS = 60;
const NANO = 1_000_000_000;
/** Others on the same server have small numbers. */
const OUR_IDS = [0x4000_0000, 0x7fff_ffff] as const;

/** What the server shall send: its events as they are, with their checksums, and a sign of life now and then. */
const SETTINGS = [
  'SET @master_binlog_checksum = @@GLOBAL.binlog_checksum, @source_binlog_checksum = @@GLOBAL.binlog_checksum',
  'SET @mariadb_slave_capability = 4',
  `SET @master_heartbeat_period = ${HEARTBEAT_SECONDS * NANO}, @source_heartbeat_period = ${HEARTBEAT_SECONDS * NANO}`,
  'SET SESSION net_write_timeout = 600',
];

/**
 * Makes a login a replica's connection: takes its socket over and reads the log until the signal is aborted (resolves) or
 * the connection ends (rejects, with what the sink threw or a Fault). The connection is closed then.
 */
export async function dumpBinlog(
  connection: Connection,
  from: DumpFrom,
  sink: EventSink,
  signal: AbortSignal,
): Promise<void> {
  const socket = (connection as unknown as { stream: Socket }).stream;
  try {
    for (const sql of SETTINGS) await query(connection, sql);
    await new Dump(socket, sink).run(from, signal);
  } finally {
    socket.destroy();
  }
}

const query = (connection: Connection, sql: string): Promise<void> =>
  new Promise((resolve, reject) =>
    connection.query(sql, (error) => (error === null ? resolve() : reject(classify(error)))),
  );

class Dump {
  readonly #packets = new PacketReader((bytes, start, end) => this.#packet(bytes, start, end));
  #settle!: { resolve(): void; reject(error: unknown): void };
  #registered = false;
  #over = false;

  constructor(
    private readonly socket: Socket,
    private readonly sink: EventSink,
  ) {}

  run(from: DumpFrom, signal: AbortSignal): Promise<void> {
    const ended = new Promise<void>((resolve, reject) => (this.#settle = { resolve, reject }));
    const { socket } = this;
    for (const name of ['data', 'end', 'close', 'error', 'timeout']) socket.removeAllListeners(name);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.#fail(classify(error)));
    socket.on('close', () => this.#fail(lost('the connection to the server was closed')));
    socket.setTimeout(SILENCE_SECONDS * 1000, () => this.#silent());
    const stop = () => this.#stop();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    else this.#ask(from);
    return ended.finally(() => signal.removeEventListener('abort', stop));
  }

  #ask({ file, offset }: DumpFrom): void {
    const id = randomInt(...OUR_IDS);
    const register = Buffer.alloc(18);
    register[0] = REGISTER;
    register.writeUInt32LE(id, 1);
    const name = Buffer.from(file);
    const dump = Buffer.alloc(11 + name.length);
    dump[0] = DUMP;
    dump.writeUInt32LE(offset, 1);
    dump.writeUInt32LE(id, 7);
    name.copy(dump, 11);
    this.#send(register);
    this.#dump = dump;
  }

  #dump = Buffer.alloc(0);

  #send(body: Buffer): void {
    const header = Buffer.alloc(4);
    header.writeUIntLE(body.length, 0, 3);
    this.socket.write(Buffer.concat([header, body]));
  }

  #read(chunk: Buffer): void {
    if (this.#over) return;
    try {
      this.#packets.read(chunk);
      const room = this.sink.ready();
      if (room !== undefined || chunk.length < SMALL_READ) void this.#wait(room);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Never rejects: nobody waits for it but the socket. */
  async #wait(room: Promise<void> | undefined): Promise<void> {
    this.socket.pause();
    this.socket.setTimeout(0);
    try {
      await (room ?? sleep(PAUSE_MS));
    } catch (error) {
      this.#fail(error);
    }
    this.socket.setTimeout(SILENCE_SECONDS * 1000);
    this.socket.resume();
  }

  #packet(bytes: Buffer, start: number, end: number): void {
    if (this.#over) return;
    const first = bytes[start];
    if (first === ERROR) throw refusal(bytes, start, end);
    if (first === END && end - start < 9) throw lost('the server has ended the stream');
    if (first !== OK) throw new Fault('permanent', 'the server answered with something else than its log');
    if (this.#registered) return this.sink.event(bytes, start + 1, end);
    this.#registered = true;
    this.#send(this.#dump);
  }

  #silent(): void {
    const message = `the server has sent nothing for ${SILENCE_SECONDS} s, not even a sign of life`;
    this.#fail(new Fault('transient', message, { code: 'NO_ANSWER', safe: 'what was not taken comes again' }));
  }

  #stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.socket.destroy();
    this.#settle.resolve();
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.socket.destroy();
    this.#settle.reject(error);
  }
}

const lost = (message: string): Fault =>
  new Fault('transient', message, { code: 'CONNECTION_LOST', safe: 'what was not taken comes again' });

/** What the server says of a log that it has not got, or cannot read. */
const READING = 1236;

function refusal(bytes: Buffer, start: number, end: number): Fault {
  const errno = bytes.readUInt16LE(start + 1);
  const message = bytes.toString('utf8', start + 9, end);
  if (errno === READING) return new Fault('permanent', message, { code: 'BINLOG' });
  const sqlState = bytes.toString('latin1', start + 4, start + 9);
  return classify(Object.assign(new Error(message), { errno, sqlState }));
}
