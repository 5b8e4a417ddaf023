/**
 * What the values of a column are, whatever an engine calls their type: what a loader of another dialect goes by. Each
 * kind has one canonical text (FORMAT.md, "Values"), in which every source writes it and from which every target reads it.
 */
export type ValueType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer'; readonly bits: 8 | 16 | 24 | 32 | 64; readonly unsigned: boolean }
  /** Without a precision: as many digits as the value has. `special`: NaN and infinities can occur. */
  | {
      readonly kind: 'decimal';
      readonly precision?: number;
      readonly scale?: number;
      readonly unsigned: boolean;
      readonly special: boolean;
    }
  | { readonly kind: 'float'; readonly bits: 32 | 64; readonly special: boolean }
  /** `length` in characters; absent: without a bound of its own. `fixed`: padded with spaces that do not count. */
  | { readonly kind: 'text'; readonly length?: number; readonly fixed: boolean; readonly compares: Comparison }
  /** `length` in bytes. `fixed`: padded with zero bytes that do count. */
  | { readonly kind: 'bytes'; readonly length?: number; readonly fixed: boolean }
  | { readonly kind: 'bits'; readonly length?: number; readonly varying: boolean }
  /** `zero`: dates such as 0000-00-00 can occur. `special`: infinities and years before 1 can. */
  | { readonly kind: 'date'; readonly zero: boolean; readonly special: boolean }
  /** `digits` of a second. `day`: from 00:00 to 24:00; else a signed span of hours. */
  | { readonly kind: 'time'; readonly digits: number; readonly day: boolean }
  | { readonly kind: 'timetz'; readonly digits: number }
  | { readonly kind: 'timestamp'; readonly digits: number; readonly zero: boolean; readonly special: boolean }
  /** A moment, written in UTC. */
  | { readonly kind: 'timestamptz'; readonly digits: number; readonly zero: boolean; readonly special: boolean }
  | { readonly kind: 'year' }
  | { readonly kind: 'interval' }
  /** `verbatim`: the text as it was given, with its spaces and the order of its keys. */
  | { readonly kind: 'json'; readonly verbatim: boolean }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'enum'; readonly labels: readonly string[]; readonly compares: Comparison }
  | { readonly kind: 'set'; readonly labels: readonly string[]; readonly compares: Comparison }
  /** `shape`: as OGC names it, in small letters; `geometry` for any. */
  | { readonly kind: 'geometry'; readonly shape: string; readonly srid?: number }
  | { readonly kind: 'network'; readonly name: 'inet' | 'inet4' | 'inet6' | 'cidr' | 'macaddr' | 'macaddr8' }
  | { readonly kind: 'array'; readonly of: ValueType }
  /** Whatever else: its canonical text is what the source prints; no other engine knows it. */
  | { readonly kind: 'other'; readonly name: string };

/** Which texts a source takes for the same: what its unique keys refuse. */
export interface Comparison {
  /** Equal only if every character is: case and accents count. */
  readonly exact: boolean;
  /** Spaces at the end do not count. */
  readonly padded: boolean;
}
