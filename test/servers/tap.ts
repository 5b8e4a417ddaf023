/**
 * A TCP proxy that reads the protocol it carries, and cuts the connection at a message that a test names:
 *
 *   > Q COMMIT      what a client asks: the type of the message, and the beginning of its SQL
 *   > d, > r        rows that a client sends; how far it says to have read a stream
 *   < w I, < k      what a server sends on a stream: one message of pgoutput, a keep-alive
 *   < C, < Z, < E   any other answer, by its type
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Link, MessageReader } from './message-reader.js';

export interface Cut {
  readonly at: RegExp;
  /** The message arrives whole, half, or not at all. */
  readonly how: 'after' | 'within' | 'before';
  /** How many such messages pass before it. Default: 0. */
  readonly passing?: number;
}

export class Tap {
  /** Happens once, then all goes well. */
  next: Cut | undefined;
  /** Every kind of message that was seen, so that a test can ask whether it cuts at all of them. */
  readonly seen = new Set<string>();
  /** How many connections were cut. */
  cuts = 0;
  private passed = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly to: URL,
    private readonly listener: Server,
  ) {}

  static async start(to: URL): Promise<Tap> {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const tap = new Tap(to, listener);
    listener.on('connection', (client: Socket) => tap.join(client));
    return tap;
  }

  /** The same database by way of this proxy. */
  get url(): URL {
    const url = new URL(this.to);
    url.port = String((this.listener.address() as AddressInfo).port);
    return url;
  }

  /** Cuts whatever is connected now. */
  cutAll(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
    this.cuts += 1;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.listener.close();
    await once(this.listener, 'close');
  }

  private join(client: Socket): void {
    const server = connect({ port: Number(this.to.port), host: this.to.hostname });
    const link = new Link();
    this.carry(client, server, new MessageReader('>', link));
    this.carry(server, client, new MessageReader('<', link));
    const part = () => [client, server].forEach((socket) => socket.destroy());
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.setNoDelay(true).on('error', part);
      socket.on('close', () => this.sockets.delete(socket) && part());
    }
  }

  private carry(from: Socket, to: Socket, reader: MessageReader): void {
    from.on('data', (bytes: Buffer) => {
      for (const { label, start, end } of reader.read(bytes)) {
        this.seen.add(label.split(' ').slice(0, 3).join(' '));
        if (!this.strikes(label)) continue;
        const upTo = { before: start, within: Math.floor((start + end) / 2), after: end }[this.next!.how];
        return this.cut(from, to, bytes.subarray(0, upTo));
      }
      if (!to.write(bytes)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
    from.on('end', () => to.end());
  }

  private strikes(label: string): boolean {
    if (!this.next?.at.test(label)) return false;
    return (this.passed += 1) > (this.next.passing ?? 0);
  }

  /** What came before has arrived when the connection breaks; the side that sends is told at once. */
  private cut(from: Socket, to: Socket, rest: Buffer): void {
    this.next = undefined;
    this.passed = 0;
    this.cuts += 1;
    from.removeAllListeners('data').removeAllListeners('end');
    to.removeAllListeners('data').removeAllListeners('end');
    to.end(rest);
    from.resetAndDestroy();
  }
}
