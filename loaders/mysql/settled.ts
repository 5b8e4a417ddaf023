import type { Db, Params, Result, Row, Tx } from '../../src/db/db.js';

const SETTINGS = ['sql_mode', 'character_set_client', 'collation_connection', 'time_zone'];

/** As they were when a script kept them, if one did. */
const BACK = `SET ${SETTINGS.map((name) => `SESSION ${name} = IFNULL(@openkite_${name}, @@SESSION.${name})`).join(', ')}`;

/** A session that a script which begins with USE leaves as it was, also where it fails half-way. */
export class Settled implements Db {
  readonly dialect: string;
  readonly session: string;

  /** `home`: the session's database, as a statement writes it. */
  constructor(
    private readonly db: Db,
    private readonly home: string,
  ) {
    this.dialect = db.dialect;
    this.session = db.session;
  }

  async query<R extends Row = Row>(sql: string, params?: Params): Promise<Result<R>> {
    if (!sql.startsWith('USE ')) return this.db.query<R>(sql, params);
    try {
      return await this.db.query<R>(sql, params);
    } finally {
      await this.db.query(`${BACK}; USE ${this.home}`);
    }
  }

  load(sql: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
    return this.db.load(sql, bytes);
  }

  transaction<T>(body: (tx: Tx) => Promise<T>): Promise<T> {
    return this.db.transaction(body);
  }

  cancel(): Promise<void> {
    return this.db.cancel();
  }

  migrate(directory: URL): Promise<void> {
    return this.db.migrate(directory);
  }

  migrationScript(directory: URL): Promise<string> {
    return this.db.migrationScript(directory);
  }

  close(): Promise<void> {
    return this.db.close();
  }
}
