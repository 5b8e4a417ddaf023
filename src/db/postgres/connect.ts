import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import pg, { type ClientConfig } from 'pg';
import { Fault } from '../../base/fault.js';
import { tlsChoices, type TlsDefaults } from '../tls.js';
import { address, type Address } from './address.js';
import { classify } from './faults.js';
import { PgDb } from './pg-db.js';
import { Wire, type Patience } from './wire.js';

export interface ConnectOptions extends Patience {
  /** application_name, as a DBA sees it in pg_stat_activity. */
  readonly name: string;
  /** The setting, hence with quoted names where they need it; '' for none. */
  readonly searchPath: string;
  readonly readOnly?: boolean;
  /** More settings to start with. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Under these, what the server prints is the canonical form of a value (DATAPATH 11). */
const PINNED = {
  client_encoding: 'UTF8',
  TimeZone: 'UTC',
  DateStyle: 'ISO,YMD',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '3',
  lc_monetary: 'C',
  row_security: 'off',
};

/** Small integers and booleans as themselves; all else, int8, numeric and times too, as the server's own text. */
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === 't',
  21: Number,
  23: Number,
};
const asText = (text: string): string => text;
const types: ClientConfig['types'] = { getTypeParser: (oid: number) => PARSERS[oid] ?? asText };

/** Opens a session. Password: in the URL, else PGPASSWORD, else ~/.pgpass. Raises a Fault that says what to mend. */
export async function connect(url: URL, options: ConnectOptions): Promise<PgDb> {
  const { client, config } = await dial(url, settings(options));
  return new PgDb(new Wire(client, options), config, options.searchPath);
}

/** The same, for a session that also takes the commands of the replication protocol. */
export async function connectReplication(url: URL, options: ConnectOptions): Promise<Wire> {
  const config: ClientConfig & { replication: string } = { ...settings(options), replication: 'database' };
  return new Wire((await dial(url, config)).client, options);
}

async function dial(url: URL, common: ClientConfig): Promise<{ client: pg.Client; config: ClientConfig }> {
  const at = address(url);
  const choices = tlsChoices(url, at.host, tlsDefaults(process.env));
  for (const [i, ssl] of choices.entries()) {
    const config: ClientConfig = { ...at, ...common, ssl };
    const opened = await open(config);
    if (opened instanceof pg.Client) {
      reached.add(`${at.host}:${at.port}`);
      return { client: opened, config };
    }
    if (i === choices.length - 1 || !elsewise(opened)) throw blame(classify(opened), at);
  }
  throw new Fault('operator', 'sslmode leaves no way to connect');
}

/** As psql finds them. */
function tlsDefaults(env: NodeJS.ProcessEnv): TlsDefaults {
  const usual = join(homedir(), '.postgresql', 'root.crt');
  return {
    mode: env['PGSSLMODE'],
    rootcert: env['PGSSLROOTCERT'] ?? (existsSync(usual) ? usual : undefined),
    cert: env['PGSSLCERT'],
    key: env['PGSSLKEY'],
  };
}

/** Servers that have answered this process: when one is not there now, that is no mistake in the URL. */
const reached = new Set<string>();

async function open(config: ClientConfig): Promise<pg.Client | Error> {
  const client = new pg.Client(config);
  client.on('error', () => undefined); // told to the call in flight and to those that follow
  try {
    return await client.connect();
  } catch (error) {
    void client.end();
    return error as Error;
  }
}

/** Whether it is worth trying without TLS what failed with it, or the other way round. */
function elsewise(error: Error & { code?: string; severity?: string }): boolean {
  return error.severity === undefined ? !/timeout/.test(error.message) : error.code === '28000';
}

function blame(fault: Fault, { host, port }: Address): Fault {
  const gone = fault.code === 'ECONNREFUSED' || fault.code === 'ENOTFOUND';
  const { message, code, hint, cause } = fault;
  return new Fault(
    gone && !reached.has(`${host}:${port}`) ? 'operator' : fault.kind,
    `cannot connect to ${host}:${port}: ${message}`,
    {
      ...(code === undefined ? {} : { code }),
      ...(hint === undefined ? {} : { hint }),
      cause,
    },
  );
}

function settings(options: ConnectOptions): ClientConfig {
  const all = {
    ...PINNED,
    search_path: options.searchPath,
    ...(options.readOnly ? { default_transaction_read_only: 'on' } : { synchronous_commit: 'on' }),
    ...options.settings,
  };
  return {
    application_name: options.name,
    options: Object.entries(all)
      .map(([name, value]) => `-c ${name}=${value.replace(/[\\\s]/g, '\\$&')}`)
      .join(' '),
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000, // then a probe every second, ten of them
    types,
  };
}
