/**
 * What went wrong, as the core may act on it: retry `transient`, wait for `resource`, set rows aside for
 * `data`, stop the table for `permanent`, ask a person for `unknown`. `operator` is a mistake in what we
 * were told (URL, privilege, configuration): said in one sentence, exit 2, never retried.
 */
export type FaultKind = 'transient' | 'resource' | 'data' | 'permanent' | 'unknown' | 'operator';

/** Where it happened. Row is counted from 1 within the chunk. */
export interface Place {
  readonly table?: string;
  readonly chunk?: string;
  readonly row?: number;
  readonly column?: string;
}

export interface FaultOptions {
  /** The database's own code (SQLSTATE, errno), or ours. */
  readonly code?: string;
  /** What to do, as one sentence or a statement to run. */
  readonly hint?: string;
  /** What may be taken for granted now: "nothing was written", "rows up to 120000 are in". */
  readonly safe?: string;
  readonly place?: Place;
  readonly cause?: unknown;
}

/** The only error class of openkite. Message says what happened; the options say where and what to do. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly kind: FaultKind;
  readonly code: string | undefined;
  readonly hint: string | undefined;
  readonly safe: string | undefined;
  readonly place: Place;

  constructor(kind: FaultKind, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.code = options.code;
    this.hint = options.hint;
    this.safe = options.safe;
    this.place = options.place ?? {};
  }

  /** The same fault, with what the caller knows of the place added. What is known already stays. */
  at(place: Place): Fault {
    const { kind, message, code, hint, safe, cause } = this;
    const known = Object.fromEntries(Object.entries(this.place).filter(([, v]) => v !== undefined));
    return new Fault(kind, message, {
      ...(code === undefined ? {} : { code }),
      ...(hint === undefined ? {} : { hint }),
      ...(safe === undefined ? {} : { safe }),
      ...(cause === undefined ? {} : { cause }),
      place: { ...place, ...known },
    });
  }
}

/** One paragraph for a person: what, where, what is safe, what to do. */
export function explain(error: unknown): string {
  if (!(error instanceof Fault)) return error instanceof Error ? error.message : String(error);
  const { table, chunk, row, column } = error.place;
  const where = [
    table && `table ${table}`,
    chunk && `chunk ${chunk}`,
    row !== undefined && `row ${row}`,
    column && `column ${column}`,
  ].filter(Boolean);
  return [
    error.message + (where.length > 0 ? ` (${where.join(', ')})` : '') + (error.code ? ` [${error.code}]` : ''),
    error.safe && `Safe to assume: ${error.safe}`,
    error.hint && `What to do: ${error.hint}`,
  ]
    .filter(Boolean)
    .join('\n');
}
