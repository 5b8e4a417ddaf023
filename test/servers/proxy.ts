/** A TCP proxy before a server, which loses what a test wants to be lost: the answer to a COMMIT, or the COMMIT itself. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What befalls the next COMMIT of rows. `answered`: it reaches the server, and its answer is lost. `unsent`: it does
 * not. `torn`: half of it does. `held`: the client is gone, and its session lives on until `release` or `drop`.
 */
export interface Mishap {
  readonly commit: 'answered' | 'unsent' | 'torn' | 'held';
  /** How the client learns that it is alone. */
  readonly by: 'FIN' | 'RST';
}

const COMMIT = Buffer.from('Q\0\0\0\x0bCOMMIT\0');

export class Proxy {
  /** Happens once, then all goes well. */
  next: Mishap | undefined;
  #held: { readonly server: Socket; readonly rest: Buffer } | undefined;
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly to: URL,
    private readonly listener: Server,
  ) {}

  static async start(to: URL): Promise<Proxy> {
    const listener = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const proxy = new Proxy(to, listener);
    listener.on('connection', (client: Socket) => proxy.#join(client));
    return proxy;
  }

  /** The same database by way of this proxy. */
  get url(): URL {
    const url = new URL(this.to);
    url.port = String((this.listener.address() as AddressInfo).port);
    return url;
  }

  /** Whether a COMMIT is held back. */
  get holds(): boolean {
    return this.#held !== undefined;
  }

  /** Lets the held COMMIT arrive, late. */
  release(): void {
    this.#held?.server.end(this.#held.rest);
    this.#held = undefined;
  }

  /** Ends the held session without its COMMIT. */
  drop(): void {
    this.#held?.server.resetAndDestroy();
    this.#held = undefined;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.listener.close();
    await once(this.listener, 'close');
  }

  #join(client: Socket): void {
    const server = connect({ port: Number(this.to.port), host: this.to.hostname, allowHalfOpen: true });
    for (const socket of [client, server]) this.#sockets.add(socket.on('error', () => undefined));
    let carriesRows = false;
    client.on('data', (bytes: Buffer) => {
      carriesRows ||= bytes.includes('FROM STDIN');
      const at = carriesRows && this.next ? bytes.indexOf(COMMIT) : -1;
      if (at < 0) server.write(bytes);
      else this.#befall(client, server, bytes, at);
    });
    server.on('data', (bytes: Buffer) => void client.write(bytes));
    client.on('end', () => server.end());
    server.on('end', () => client.end());
    client.on('close', () => this.#held?.server === server || server.destroy());
  }

  #befall(client: Socket, server: Socket, bytes: Buffer, at: number): void {
    const { commit, by } = this.next!;
    this.next = undefined;
    client.removeAllListeners('data').removeAllListeners('end');
    server.removeAllListeners('data').removeAllListeners('end');
    server.write(bytes.subarray(0, at + { answered: COMMIT.length, torn: 5, unsent: 0, held: 0 }[commit]));
    const part = () => (by === 'FIN' ? client.end() && client.destroySoon() : client.resetAndDestroy());
    if (commit === 'held') this.#held = { server: server.resume(), rest: bytes.subarray(at) };
    if (commit === 'answered') server.once('data', part);
    else part();
  }
}
