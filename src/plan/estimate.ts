/** What one worker does in a second: bytes of rows as the source's catalog counts them, or rows where these are the slower. */
export interface Rates {
  readonly extract: number;
  readonly load: number;
  /** Building an index or a key. */
  readonly index: number;
  /** Looking at every row once: foreign keys, checks, NOT NULL. */
  readonly validate: number;
  /** Statistics are made of samples. */
  readonly analyze: number;
  /** Rows, while they are read or loaded. */
  readonly rows: number;
  /** Seconds of any task, however small: statements, claims, commits. */
  readonly task: number;
}

/**
 * Guesses for one worker of a machine of today, on the slow side of what `npm run bench` shows; good for an order, not for a
 * date. Once a run has measured some (`measuredRates`), those take their place.
 */
export const RATES: Rates = {
  extract: 40e6,
  load: 25e6,
  index: 50e6,
  validate: 150e6,
  analyze: 500e6,
  rows: 250e3,
  task: 0.05,
};

export interface Amount {
  readonly bytes: number;
  readonly rows: number;
}

/** By which rate a step's bytes are worked through; kinds that are not here build something. */
const RATE_OF: Readonly<Record<string, 'validate' | 'analyze'>> = {
  'foreign key': 'validate',
  check: 'validate',
  'not null': 'validate',
  analyze: 'analyze',
};

export const rateName = (kind: string): 'validate' | 'analyze' | 'index' => RATE_OF[kind] ?? 'index';

/** Seconds of a step of this kind. An event takes none. */
export const stepSeconds = (kind: string, bytes: number, rates: Rates): number =>
  kind === 'event' ? 0 : rates.task + bytes / rates[rateName(kind)];

/** Seconds in which these rows are read into a file, or loaded from it. */
export const copySeconds = (what: 'extract' | 'load', { bytes, rows }: Amount, rates: Rates): number =>
  rates.task + Math.max(bytes / rates[what], rows / rates.rows);
