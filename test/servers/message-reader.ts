/** Tells the messages of PostgreSQL's protocol apart in what a socket brings, however it is cut into pieces. */

/** What both directions of a connection must know. */
export class Link {
  /** It has become a replication stream. */
  streaming = false;
  /** The client asked for TLS, which is answered with a bare letter. */
  asking = false;
}

/** A message whose beginning is known: its words, and where in these bytes it begins and ends, as far as it is here. */
export interface Message {
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

/** What is read of a message to name it. */
const HEAD = 120;
const PROTOCOL_3 = 196_608;
const COPY_BOTH = 'W';

export class MessageReader {
  /** The beginning of a message too short to be named. */
  private head = Buffer.alloc(0);
  /** Of a message that was named, bytes that are still to come. */
  private rest = 0;
  /** The first messages of a client have no type. */
  private typed: boolean;

  /** `>`: what the client says; `<`: what the server says. */
  constructor(
    private readonly side: '>' | '<',
    private readonly link: Link,
  ) {
    this.typed = side === '<';
  }

  read(bytes: Buffer): Message[] {
    const found: Message[] = [];
    let at = Math.min(this.rest, bytes.length);
    this.rest -= at;
    while (at < bytes.length) {
      const message = Buffer.concat([this.head, bytes.subarray(at, at + HEAD)]);
      const length = this.lengthOf(message);
      if (length === undefined || message.length < Math.min(length, HEAD)) {
        this.head = message;
        return found;
      }
      const end = at - this.head.length + length;
      found.push({ label: this.name(message.subarray(0, length)), start: at, end: Math.min(end, bytes.length) });
      this.head = Buffer.alloc(0);
      at = Math.min(end, bytes.length);
      this.rest = end - at;
    }
    return found;
  }

  /** Undefined when too little of it is there. */
  private lengthOf(message: Buffer): number | undefined {
    if (this.side === '<' && this.link.asking) return 1;
    if (!this.typed) return message.length < 8 ? undefined : message.readUInt32BE(0);
    return message.length < 5 ? undefined : 1 + message.readUInt32BE(1);
  }

  private name(message: Buffer): string {
    if (!this.typed) return this.startup(message.readUInt32BE(4));
    const type = String.fromCharCode(message[0] ?? 0);
    if (this.side === '<') {
      this.link.asking = false;
      this.link.streaming ||= type === COPY_BOTH;
    }
    return `${this.side} ${this.words(type, message.subarray(5))}`.trimEnd();
  }

  private startup(code: number): string {
    this.typed = code === PROTOCOL_3;
    this.link.asking = !this.typed;
    return '> startup';
  }

  private words(type: string, body: Buffer): string {
    if (type === 'd' && this.link.streaming) return streamed(body);
    if (this.side === '<') return type;
    if (type === 'Q') return `Q ${text(body)}`;
    return type === 'P' ? `P ${text(body.subarray(body.indexOf(0) + 1))}` : type;
  }
}

/** `w` and the message of pgoutput, `k`, `r`. */
function streamed(body: Buffer): string {
  const kind = String.fromCharCode(body[0] ?? 0);
  return kind === 'w' ? `w ${String.fromCharCode(body[25] ?? 0)}` : kind;
}

const text = (body: Buffer): string => (body.toString('latin1').split('\0')[0] ?? '').replace(/\s+/g, ' ').trim();
