import type { ChangedColumn, ChangedTable, RowChange, RowOp } from '../model/change.js';
import type { Position } from '../model/position.js';
import { describe, mayLack, valuesOf, type Values } from './ckt.js';
import { badLine, LineScan } from './line-scan.js';
import { unescape } from './text.js';

/** What a line says. */
export type CktItem =
  | {
      readonly kind: 'begin';
      readonly seq: number;
      readonly position: Position;
      readonly time: string;
      readonly xid: string;
    }
  | { readonly kind: 'row'; readonly change: RowChange }
  | {
      readonly kind: 'truncate';
      readonly tables: readonly ChangedTable[];
      readonly cascade: boolean;
      readonly restart: boolean;
    }
  | { readonly kind: 'message'; readonly prefix: string; readonly content: Uint8Array }
  | { readonly kind: 'commit'; readonly seq: number; readonly changes: number; readonly end: Position };

interface Known {
  readonly table: ChangedTable;
  readonly values: Readonly<Record<RowOp, Values>>;
}

/** So many items are handed over at once, at most: the shortest lines are shorter than what describes them. */
const BATCH = 4096;

/** Turns lines into items. Fault BAD_LINE for what no line may be. */
export class ItemDecoder {
  readonly #known = new Map<string, Known>();
  readonly #scan = new LineScan();

  /** `tables`: by what they are like, so that equal descriptions are one object; what is new is added. */
  constructor(readonly tables: Map<string, ChangedTable>) {}

  /** Of whole lines, in which values may be `far`. Rows are parts of `bytes`. */
  *batches(bytes: Buffer, far: boolean): Generator<CktItem[]> {
    let batch: CktItem[] = [];
    for (let start = 0; start < bytes.length; start = this.#scan.end + 1) {
      this.#scan.scan(bytes, start, far);
      const item = this.#item(bytes, start);
      if (far && item?.kind === 'row') this.#refuseFarKey(bytes, item.change);
      if (item && batch.push(item) === BATCH) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  }

  #item(bytes: Buffer, start: number): CktItem | undefined {
    const op = String.fromCharCode(bytes[start]!);
    switch (op) {
      case 'I':
      case 'U':
      case 'K':
      case 'F':
      case 'R':
      case 'X':
        return { kind: 'row', change: this.#row(op, bytes) };
      case 'B':
        return this.#begin(this.#texts(bytes, 4));
      case 'E':
        return this.#commit(this.#texts(bytes, 3));
      case 'T':
        return this.#truncate(this.#texts(bytes, 2, Infinity));
      case 'M':
        return this.#message(bytes);
      case 'D':
        return void this.#describe(this.#texts(bytes, 5, Infinity));
      default:
        throw badLine(`it has a line ${JSON.stringify(op)}`);
    }
  }

  #row(op: RowOp, bytes: Buffer): RowChange {
    const scan = this.#scan;
    if (scan.fields === 0) throw badLine(`a line ${op} names no table`);
    const { table, values } = this.#table(bytes.toString('latin1', scan.startOf(0), scan.endOf(0)));
    const { old, row } = values[op];
    if (scan.fields !== 1 + old + row) {
      throw badLine(`a line ${op} of a table with ${table.columns.length} columns has ${scan.fields - 1} values`);
    }
    if (scan.firstUnchanged < (mayLack(op) ? 1 + old : Infinity))
      throw badLine(`a line ${op} leaves a value unchanged`);
    const rowStart = row > 0 ? scan.startOf(1 + old) : scan.end;
    return {
      op,
      table,
      old: op === 'I' || op === 'U' ? undefined : bytes.subarray(old > 0 ? scan.startOf(1) : scan.end, scan.endOf(old)),
      row: op === 'R' || op === 'X' ? undefined : bytes.subarray(rowStart, scan.end),
    };
  }

  #refuseFarKey(bytes: Buffer, { op, table }: RowChange): void {
    const { old } = valuesOf(table)[op];
    const keys = table.columns.flatMap(({ key }, i) => (key ? [i] : []));
    const ofOld = op === 'K' || op === 'R' ? keys.map((_, i) => i) : op === 'I' || op === 'U' ? [] : keys;
    const ofRow = op === 'R' || op === 'X' ? [] : keys.map((i) => old + i);
    for (const value of [...ofOld, ...ofRow]) {
      const start = this.#scan.startOf(1 + value);
      if (bytes.toString('latin1', start, start + 2) === '\\F')
        throw badLine('a value of a key is longer than a block');
    }
  }

  #begin([seq, position, time, xid]: string[]): CktItem {
    return { kind: 'begin', seq: Number(seq), position: position!, time: time!, xid: xid! };
  }

  #commit([seq, changes, end]: string[]): CktItem {
    return { kind: 'commit', seq: Number(seq), changes: Number(changes), end: end! };
  }

  #truncate([flags, ...ids]: string[]): CktItem {
    const tables = ids.map((id) => this.#table(id).table);
    return { kind: 'truncate', tables, cascade: flags!.includes('c'), restart: flags!.includes('s') };
  }

  #message(bytes: Buffer): CktItem {
    const [prefix] = this.#texts(bytes, 2);
    const content = unescape(bytes.subarray(this.#scan.startOf(1), this.#scan.endOf(1)));
    return { kind: 'message', prefix: prefix!, content };
  }

  #describe(fields: string[]): void {
    const [id, schema, name, identity, fingerprint, ...rest] = fields;
    const columns: ChangedColumn[] = [];
    for (let at = 0; at + 2 < rest.length; at += 3)
      columns.push({ name: rest[at]!, type: rest[at + 1]!, key: rest[at + 2] === 'k' });
    const found = { id, schema, name, identity, columns } as ChangedTable;
    if (!/^[difn]$/.test(found.identity) || describe(found).join('\n') !== fields.join('\n')) {
      throw badLine(`table ${schema}.${name} is not the one of fingerprint ${fingerprint}`);
    }
    const text = JSON.stringify(found);
    const table = this.tables.get(text) ?? found;
    this.tables.set(text, table);
    this.#known.set(found.id, { table, values: valuesOf(table) });
  }

  #table(id: string): Known {
    const known = this.#known.get(id);
    if (!known) throw badLine(`table ${JSON.stringify(id)} has no line D before its first use`);
    return known;
  }

  /** All fields, of which there must be so many. */
  #texts(bytes: Buffer, least: number, most = least): string[] {
    const scan = this.#scan;
    if (scan.fields < least || scan.fields > most) throw badLine(`a line has ${scan.fields} fields`);
    if (scan.firstUnchanged < Infinity) throw badLine('a line of no row leaves a value unchanged');
    return Array.from({ length: scan.fields }, (_, field) => {
      const text = bytes.toString('utf8', scan.startOf(field), scan.endOf(field));
      if (!text.includes('\\')) return text;
      return Buffer.from(unescape(bytes.subarray(scan.startOf(field), scan.endOf(field)))).toString();
    });
  }
}
