import type { QueryEvent } from '../../../src/db/mysql/binlog/query.js';

export interface NamedTable {
  readonly schema: string;
  readonly name: string;
}

/** What a statement in the log means for rows. */
export type Statement =
  | { readonly kind: 'begin' | 'commit' | 'rollback' | 'rollback to' | 'other' }
  | { readonly kind: 'xa'; readonly verb: string }
  | { readonly kind: 'truncate'; readonly table: NamedTable }
  /** `rows`: rows go, or others take their place, without an event for each. */
  | { readonly kind: 'ddl'; readonly tables: readonly NamedTable[]; readonly rows: boolean; readonly what: string }
  /** Changes rows, and the log has the statement instead of the rows. */
  | { readonly kind: 'dml'; readonly names: ReadonlySet<string> };

/** A word in capitals, a name with its quotes gone, or a sign. */
interface Token {
  readonly word: string;
  readonly name: string;
}

const TOKENS =
  /\/\*!\d*|\*\/|\/\*(?!!)[\s\S]*?\*\/|(?:--\s|#).*|`(?<tick>(?:[^`]|``)*)`|"(?<double>(?:[^"\\]|\\[\s\S]|"")*)"|'(?:[^'\\]|\\[\s\S]|'')*'|(?<word>[\p{L}\p{N}_$@]+)|(?<sign>\S)/gu;

function* tokens(sql: string): Generator<Token> {
  for (const { groups } of sql.matchAll(TOKENS)) {
    const { tick, double, word, sign } = groups ?? {};
    if (tick !== undefined) yield { word: '', name: tick.replaceAll('``', '`') };
    else if (double !== undefined) yield { word: '', name: double.replaceAll('""', '"') };
    else if (word !== undefined) yield { word: word.toUpperCase(), name: word };
    else if (sign !== undefined) yield { word: sign, name: '' };
  }
}

const CHANGES = new Set(['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'LOAD', 'CALL', 'WITH', 'DO']);
const PLAIN = new Map<string, Statement>([
  ['BEGIN', { kind: 'begin' }],
  ['COMMIT', { kind: 'commit' }],
]);
/** Of ALTER TABLE: what exchanges or drops rows. */
const ROW_WORDS = new Set(['PARTITION', 'PARTITIONING', 'TABLESPACE', 'RENAME', 'PERIOD', 'VERSIONING']);

export function readStatement({ sql, database }: QueryEvent): Statement {
  const short = PLAIN.get(sql);
  if (short) return short;
  const all = [...tokens(sql)];
  const first = all[0]?.word ?? '';
  if (first === 'BEGIN' || (first === 'START' && all[1]?.word === 'TRANSACTION')) return { kind: 'begin' };
  if (first === 'COMMIT') return { kind: 'commit' };
  if (first === 'ROLLBACK') return { kind: all.some(({ word }) => word === 'TO') ? 'rollback to' : 'rollback' };
  if (first === 'XA') return { kind: 'xa', verb: all[1]?.word ?? '' };
  if (CHANGES.has(first)) return { kind: 'dml', names: new Set(all.map(({ name }) => name)) };
  return readDefinition(first, all, database);
}

function readDefinition(first: string, all: readonly Token[], database: string): Statement {
  const names = new Names(all, database);
  const what = all
    .slice(0, 2)
    .map(({ word, name }) => word || name)
    .join(' ');
  if (first === 'TRUNCATE') return { kind: 'truncate', table: names.skip('TRUNCATE', 'TABLE').table() };
  if (first === 'RENAME')
    return { kind: 'ddl', tables: names.skip('RENAME', 'TABLE', 'TABLES', ...IF).tables(), rows: true, what };
  if (first !== 'DROP' && first !== 'ALTER' && first !== 'CREATE') return { kind: 'other' };
  names.skip(first, 'OR', 'REPLACE', 'TEMPORARY', 'ONLINE', 'OFFLINE', 'IGNORE');
  const isTemporary = all.slice(0, 4).some(({ word }) => word === 'TEMPORARY');
  if (isTemporary) return { kind: 'other' };
  if (names.is('DATABASE', 'SCHEMA') && first === 'DROP')
    return {
      kind: 'ddl',
      tables: [{ schema: names.skip('DATABASE', 'SCHEMA', ...IF).name(), name: '' }],
      rows: true,
      what,
    };
  if (first === 'DROP') {
    if (!names.is('TABLE', 'TABLES')) return { kind: 'other' };
    return { kind: 'ddl', tables: names.skip('TABLE', 'TABLES', ...IF).tables(), rows: true, what };
  }
  if (!names.is('TABLE')) return { kind: 'other' };
  const table = names.skip('TABLE', ...IF).table();
  const rows =
    first === 'CREATE' ? all.some(({ word }) => word === 'REPLACE') : all.some(({ word }) => ROW_WORDS.has(word));
  return { kind: 'ddl', tables: [table], rows, what };
}

const IF = ['IF', 'NOT', 'EXISTS'];

/** Reads names of tables from where it stands. */
class Names {
  #at = 0;

  constructor(
    private readonly all: readonly Token[],
    private readonly database: string,
  ) {}

  is(...words: string[]): boolean {
    return words.includes(this.all[this.#at]?.word ?? '');
  }

  skip(...words: string[]): this {
    while (this.is(...words)) this.#at += 1;
    return this;
  }

  name(): string {
    return this.all[this.#at++]?.name ?? '';
  }

  table(): NamedTable {
    const name = this.name();
    if (!this.is('.')) return { schema: this.database, name };
    this.#at += 1;
    return { schema: name, name: this.name() };
  }

  /** Behind commas, and of RENAME behind TO. */
  tables(): NamedTable[] {
    const found = [this.table()];
    while (this.#at < this.all.length) {
      if (this.is(',', 'TO')) {
        this.#at += 1;
        found.push(this.table());
      } else this.#at += 1;
    }
    return found;
  }
}
