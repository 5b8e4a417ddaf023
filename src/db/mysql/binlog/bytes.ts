import { inflateSync } from 'node:zlib';

/** Reads fields one after another. */
export class Fields {
  constructor(
    readonly bytes: Buffer,
    public at: number,
    readonly end: number,
  ) {}

  get more(): boolean {
    return this.at < this.end;
  }

  byte(): number {
    return this.bytes[this.at++]!;
  }

  /** Of at most six bytes, the lowest first. */
  number(size: number): number {
    return this.bytes.readUIntLE((this.at += size) - size, size);
  }

  /** In one byte or, behind one that says so, in 2, 3 or 8. */
  packed(): number {
    const first = this.byte();
    if (first < 0xfb) return first;
    if (first === 0xfc) return this.number(2);
    if (first === 0xfd) return this.number(3);
    return Number(this.bytes.readBigUInt64LE((this.at += 8) - 8));
  }

  slice(length: number): Buffer {
    return this.bytes.subarray(this.at, (this.at += length));
  }

  text(length: number): string {
    return this.slice(length).toString();
  }
}

const LENGTH_BITS = 7;

/** What MariaDB packs events into: a byte that says how long the length is, the length, zlib. */
export function unpacked(bytes: Buffer, start: number, end: number): Buffer {
  return inflateSync(bytes.subarray(start + 1 + (bytes[start]! & LENGTH_BITS), end));
}
