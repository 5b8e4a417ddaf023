export const uint16 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;

export const uint32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;

/** Reads the fields of a message that is there as a whole, one after another. */
export class Fields {
  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
  ) {}

  byte(): number {
    return this.bytes[this.at++]!;
  }

  uint16(): number {
    return uint16(this.bytes, (this.at += 2) - 2);
  }

  uint32(): number {
    return uint32(this.bytes, (this.at += 4) - 4);
  }

  uint64(): bigint {
    return (BigInt(this.uint32()) << 32n) | BigInt(this.uint32());
  }

  /** Up to the NUL that ends it. */
  text(): string {
    const end = this.bytes.indexOf(0, this.at);
    const text = Buffer.from(this.bytes.buffer, this.bytes.byteOffset + this.at, end - this.at).toString();
    this.at = end + 1;
    return text;
  }

  rest(length: number): Uint8Array {
    return this.bytes.subarray(this.at, (this.at += length));
  }
}
