/**
 * What two databases of different engines hold, each read as its extractor reads a source, compared by what a move keeps:
 * the same value may be printed in two ways, and those are named here.
 */
import mysql from '../../extractors/mysql/index.js';
import postgres from '../../extractors/postgres/index.js';
import type { Extractor } from '../../src/connector/extractor.js';
import type { ByteSink } from '../../src/model/bytes.js';
import { storedColumns, type Schema, type Table } from '../../src/model/schema.js';
import type { ValueType } from '../../src/model/type.js';
import { isPostgres } from '../servers/session.js';

/** The rows of each table, by its name alone, in an order that does not depend on the engine. */
export type Held = Readonly<Record<string, string[]>>;

class Rows implements ByteSink {
  readonly pieces: Buffer[] = [];
  row(): void {}
  append(bytes: Uint8Array, start: number, end: number): void {
    this.pieces.push(Buffer.from(bytes.subarray(start, end)));
  }
  ready(): undefined {}
  get lines(): string[] {
    const text = Buffer.concat(this.pieces).toString();
    return text === '' ? [] : text.slice(0, -1).split('\n');
  }
}

async function open(url: URL): Promise<Extractor> {
  const options = { name: 'openkite:test:compare', controlSchema: '' };
  return (isPostgres(url) ? postgres : mysql).open(url, options);
}

export async function schemaOf(url: URL): Promise<Schema> {
  const extractor = await open(url);
  try {
    return await extractor.schema();
  } finally {
    await extractor.close();
  }
}

/** `as`: the tables of the source, whose columns say how values are compared. */
export async function held(url: URL, as: readonly Table[]): Promise<Held> {
  const found: Record<string, string[]> = {};
  const extractor = await open(url);
  try {
    const { tables } = await extractor.schema();
    const snapshot = await extractor.snapshot(tables, 1);
    const reader = await open(url);
    const joined = await reader.join(snapshot.ticket);
    for (const like of as.filter((table) => table.hasRows)) {
      const table = tables.find(({ name }) => name === like.name);
      if (!table) continue;
      const slices = await joined.slices(table, 'text', 1 << 30);
      const lines: string[] = [];
      for (const slice of slices) {
        const sink = new Rows();
        await joined.copy({ ...slice, encoding: 'text' }, sink);
        for (const line of sink.lines) lines.push(line);
      }
      found[like.name] = lines.map((line) => comparable(line, table, like)).sort();
    }
    await joined.close();
    await reader.close();
    await snapshot.close();
  } finally {
    await extractor.close();
  }
  return found;
}

/** In the order of the source's columns, each in one way. */
function comparable(line: string, table: Table, like: Table): string {
  const fields = line.split('\t');
  const names = storedColumns(table).map(({ name }) => name);
  return storedColumns(like)
    .map(({ name, value }) => one(fields[names.indexOf(name)] ?? '(none)', value))
    .join('\t');
}

function one(text: string, value: ValueType): string {
  const { kind } = value;
  if (text === '\\N') return text;
  if (kind === 'text' && value.fixed) return text.trimEnd();
  if (kind === 'boolean') return { t: '1', f: '0' }[text] ?? text;
  if (kind === 'timestamp' || kind === 'timestamptz' || kind === 'time')
    return text
      .replace(/\+00$/, '')
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '');
  if (kind === 'float') return String(Math.fround(Number(text)));
  if (kind === 'geometry') return text.replace(/^\\\\x/, '').toUpperCase();
  return text;
}
