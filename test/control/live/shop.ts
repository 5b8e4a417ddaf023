/** A shop on a source, and a migration of it that a DBA steers with the target's own client and nothing else. */
import { freshDatabase, freshMariaDb } from '../../servers/index.js';
import { sleep } from '../../../src/base/clock.js';
import { Client, LOOK_AGAIN_MS } from '../../servers/client.js';
import { isPostgres } from '../../servers/session.js';
import { Workplace, type Torture } from '../../crash/workplace.js';

export const ENGINES = ['PostgreSQL', 'MariaDB'] as const;
export type Engine = (typeof ENGINES)[number];

/** Rows of `big`, a kilobyte each: it is there to take its time. */
export const BIG = 8_000;

const SHOP: Readonly<Record<Engine, string>> = {
  PostgreSQL: `
    CREATE TABLE customers (id serial PRIMARY KEY, name text NOT NULL);
    CREATE TABLE orders (id serial PRIMARY KEY, customer int NOT NULL REFERENCES customers, note text);
    CREATE TABLE big (id int PRIMARY KEY, v text);
    CREATE TABLE side (id int PRIMARY KEY, v text);
    INSERT INTO customers (name) SELECT 'customer ' || i FROM generate_series(1, 50) AS i;
    INSERT INTO orders (customer, note) SELECT i % 50 + 1, 'order ' || i FROM generate_series(1, 500) AS i;
    INSERT INTO big SELECT i, repeat('v', 1000) || i FROM generate_series(1, ${BIG}) AS i;
    INSERT INTO side SELECT i, 'side ' || i FROM generate_series(1, 300) AS i`,
  MariaDB: `
    CREATE TABLE customers (id int PRIMARY KEY AUTO_INCREMENT, name text NOT NULL);
    CREATE TABLE orders (id int PRIMARY KEY AUTO_INCREMENT, customer int NOT NULL, note text, FOREIGN KEY (customer) REFERENCES customers (id));
    CREATE TABLE big (id int PRIMARY KEY, v text);
    CREATE TABLE side (id int PRIMARY KEY, v text);
    INSERT INTO customers (name) SELECT CONCAT('customer ', seq) FROM seq_1_to_50;
    INSERT INTO orders (customer, note) SELECT seq % 50 + 1, CONCAT('order ', seq) FROM seq_1_to_500;
    INSERT INTO big SELECT seq, CONCAT(REPEAT('v', 1000), seq) FROM seq_1_to_${BIG};
    INSERT INTO side SELECT seq, CONCAT('side ', seq) FROM seq_1_to_300;
    ANALYZE TABLE big`,
};

/** A moment so many seconds from now, as SQL. */
export const IN_SECONDS: Readonly<Record<Engine, (seconds: number) => string>> = {
  PostgreSQL: (seconds) => `clock_timestamp() + ${seconds} * interval '1 second'`,
  MariaDB: (seconds) => `UTC_TIMESTAMP(6) + INTERVAL ${seconds} SECOND`,
};

export interface Settled {
  readonly state: string;
  readonly result: string;
}

export class Shop extends Workplace {
  /** The DBA's client on the target, where the control schema needs no name. */
  readonly dba = new Client(this.target, this.control);
  readonly there = new Client(this.source, homeOf(this.source));
  private readonly data = new Client(this.target, homeOf(this.target));
  /** As `wirekite_table` names it. */
  readonly schema = homeOf(this.source);

  static async open(engine: Engine, torture: Partial<Torture> = {}): Promise<Shop> {
    const fresh = () => (engine === 'MariaDB' ? freshMariaDb() : freshDatabase(18));
    const shop = new Shop({ changes: true, source: await fresh(), target: await fresh(), ...torture });
    await shop.there.sql(SHOP[engine]);
    return shop;
  }

  table(name: string): string {
    return `${this.schema}.${name}`;
  }

  /** Writes a command and returns its number. `more`: its other columns, as SQL. */
  async command(action: string, scope = '*', more: Readonly<Record<string, string>> = {}): Promise<number> {
    const columns = ['action', 'scope', ...Object.keys(more)].join(', ');
    const values = [`'${action}'`, `'${scope}'`, ...Object.values(more)].join(', ');
    const insert = `INSERT INTO wirekite_command (${columns}) VALUES (${values});`;
    return Number(await this.dba.value(`${insert} SELECT max(command_id) FROM wirekite_command`));
  }

  /** What became of a command. */
  async settled(id: number, seconds = 60): Promise<Settled> {
    const open = `SELECT state, result FROM wirekite_command WHERE command_id = ${id} AND state NOT IN ('PENDING', 'SEEN')`;
    const [state = '', result = ''] = await this.dba.row(open, seconds);
    return { state, result };
  }

  async obey(action: string, scope = '*', more: Readonly<Record<string, string>> = {}): Promise<Settled> {
    return this.settled(await this.command(action, scope, more));
  }

  async inStep(): Promise<void> {
    await this.dba.row(`SELECT 1 FROM wirekite_status WHERE status = 'following'`, 90);
  }

  /** A statement on the target's own tables. */
  onTarget(statement: string): Promise<string[][]> {
    return this.data.sql(statement);
  }

  onTargetRow(statement: string): Promise<string[]> {
    return this.data.row(statement);
  }

  /** All rows of a table as each side's own client prints them. */
  async rows(name: string): Promise<{ source: string[][]; target: string[][] }> {
    const sql = `SELECT * FROM ${name} ORDER BY 1`;
    return { source: await this.there.sql(sql), target: await this.data.sql(sql) };
  }

  /** Until the target holds as many rows, and the same, as the source, which is at rest. */
  async arrived(name: string, seconds = 30): Promise<void> {
    for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline;) {
      const { source, target } = await this.rows(name);
      if (JSON.stringify(source) === JSON.stringify(target)) return;
      await sleep(LOOK_AGAIN_MS);
    }
  }
}

const homeOf = (url: URL): string => (isPostgres(url) ? 'public' : url.pathname.slice(1));
