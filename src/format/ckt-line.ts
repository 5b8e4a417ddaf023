/** Lines of a .ckt: `op (TAB field)* LF`. FORMAT.md lists the ops and what their fields mean. */
import { Fault } from '../base/fault.js';
import { escape, NULL_FIELD, unescape } from './text.js';

/** The value was not sent, since it did not change: keep the target's. It is not NULL, and no value looks like it. */
export const UNCHANGED = Symbol('unchanged');

export type Field = Uint8Array | null | typeof UNCHANGED;

const ops = ['B', 'D', 'I', 'U', 'K', 'F', 'R', 'X', 'T', 'M', 'E'] as const;
export type Op = (typeof ops)[number];

export interface Line {
  readonly op: Op;
  readonly fields: readonly Field[];
}

/** Ops with new values of a row that exists: only these may leave some of them unchanged. */
const updates: ReadonlySet<Op> = new Set(['U', 'K', 'F']);
const UNCHANGED_FIELD = Buffer.from('\\U');
const [TAB, LF] = [0x09, 0x0a];

export function encodeLine({ op, fields }: Line): Buffer {
  const parts: Uint8Array[] = [Buffer.from(op)];
  for (const field of fields) parts.push(Buffer.of(TAB), encodeField(op, field));
  return Buffer.concat([...parts, Buffer.of(LF)]);
}

function encodeField(op: Op, field: Field): Uint8Array {
  if (field === null) return NULL_FIELD;
  if (field !== UNCHANGED) return escape(field);
  if (!updates.has(op)) throw misplaced(op);
  return UNCHANGED_FIELD;
}

/** `line` without its LF. */
function decodeLine(line: Buffer): Line {
  const op = ops.find((known) => known === line.toString('latin1', 0, 1));
  if (op === undefined || (line.length > 1 && line[1] !== TAB)) throw unknownLine(line);
  const fields: Field[] = [];
  for (let start = 2; start <= line.length;) {
    const tab = line.indexOf(TAB, start);
    const end = tab < 0 ? line.length : tab;
    fields.push(decodeField(op, line.subarray(start, end)));
    start = end + 1;
  }
  return { op, fields };
}

function decodeField(op: Op, field: Buffer): Field {
  if (field.equals(NULL_FIELD)) return null;
  if (!field.equals(UNCHANGED_FIELD)) return unescape(field);
  if (!updates.has(op)) throw misplaced(op);
  return UNCHANGED;
}

/** Turns pieces of a body, cut anywhere, into lines. */
export class LineDecoder {
  readonly #begun: Buffer[] = [];

  *push(bytes: Buffer): Generator<Line> {
    let start = 0;
    for (let lf = bytes.indexOf(LF); lf >= 0; lf = bytes.indexOf(LF, start)) {
      const rest = bytes.subarray(start, lf);
      start = lf + 1;
      yield decodeLine(this.#begun.length === 0 ? rest : Buffer.concat([...this.#begun.splice(0), rest]));
    }
    if (start < bytes.length) this.#begun.push(bytes.subarray(start));
  }

  /** Throws if a line was begun and has not ended. */
  end(): void {
    if (this.#begun.length > 0) throw unknownLine(Buffer.concat(this.#begun));
  }
}

const misplaced = (op: Op): Fault =>
  new Fault('permanent', `a line ${op} leaves a value unchanged, which only ${[...updates].join(', ')} may`, {
    code: 'BAD_LINE',
  });

const unknownLine = (line: Buffer): Fault =>
  new Fault('permanent', `expected a line of a .ckt, found ${JSON.stringify(line.toString('latin1', 0, 40))}`, {
    code: 'BAD_LINE',
  });
