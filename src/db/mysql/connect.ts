import { createConnection, type Connection, type ConnectionOptions } from 'mysql2';
import { Fault } from '../../base/fault.js';
import { tlsChoices } from '../tls.js';
import { address, type Address } from './address.js';
import { classify } from './faults.js';
import { MyDb } from './my-db.js';
import { quoteIdentifier } from './quote.js';
import { Wire, type Patience } from './wire.js';

export interface ConnectOptions extends Patience {
  /** program_name among the session's attributes, as a DBA sees it in performance_schema. */
  readonly name: string;
  /** Instead of the URL's; '' for none. */
  readonly database?: string;
  /** In which unqualified names are found once it exists, and which `migrate` makes. Instead of `database`. */
  readonly home?: string;
  /** More session variables to start with: `lock_wait_timeout`. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/**
 * What values look like must not depend on how the server is set up. The mode is strict, so that nothing is cut or
 * replaced, takes what a source of this family may hold (zero dates), and reads backslashes and quotes in one way.
 */
const PINNED: Readonly<Record<string, string | number>> = {
  time_zone: '+00:00',
  sql_mode: 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO',
  sql_auto_is_null: 0,
  sql_safe_updates: 0,
  sql_select_limit: '18446744073709551615',
  group_concat_max_len: 1_073_741_824,
  net_read_timeout: 600,
  net_write_timeout: 600,
  wait_timeout: 28_800,
};

/** Opens a session. Raises a Fault that says what to mend. */
export async function connect(url: URL, options: ConnectOptions): Promise<MyDb> {
  const { home } = options;
  const { connection, config } = await dial(url, home === undefined ? options : { ...options, database: '' });
  const wire = new Wire(connection, options, () => dial(url, { name: `${options.name}:cancel` }));
  await wire.query(pin(options));
  if (home !== undefined) await enter(wire, home);
  return new MyDb(wire, home ?? String(config.database ?? ''));
}

/** A database that is not there yet, or not for us, is no failure of connecting. */
async function enter(wire: Wire, home: string): Promise<void> {
  await wire.query(`USE ${quoteIdentifier(home)}`).catch((error: unknown) => {
    if (!(error instanceof Fault) || !['1049', '1044'].includes(error.code ?? '')) throw error;
  });
}

/** A login alone, for whoever speaks the protocol by himself from there on. */
export const logIn = async (url: URL, name: string): Promise<Connection> => (await dial(url, { name })).connection;

/** READ COMMITTED also outside of transactions: claims must not lock what they do not take. */
function pin({ settings = {} }: ConnectOptions): string {
  const all = Object.entries({ ...PINNED, ...settings });
  const list = all.map(([name, value]) => `${name} = ${typeof value === 'number' ? value : quoted(value)}`);
  return `SET NAMES utf8mb4; SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; SET ${list.join(', ')}`;
}

const quoted = (value: string): string => (/^\d+$/.test(value) ? value : `'${value}'`);

async function dial(
  url: URL,
  { name, database }: Pick<ConnectOptions, 'name' | 'database'>,
): Promise<{ connection: Connection; config: ConnectionOptions }> {
  const at = address(url);
  const choices = tlsChoices(url, at.host, {});
  for (const [i, ssl] of choices.entries()) {
    const config = configOf({ ...at, database: database ?? at.database }, name, ssl);
    const opened = await open(config);
    if (!(opened instanceof Error)) {
      reached.add(`${at.host}:${at.port}`);
      return { connection: opened, config };
    }
    if (i === choices.length - 1 || !elsewise(opened)) throw blame(classify(opened), at);
  }
  throw new Fault('operator', 'sslmode leaves no way to connect');
}

/** Servers that have answered this process: when one is not there now, that is no mistake in the URL. */
const reached = new Set<string>();

function configOf(at: Address, name: string, ssl: ReturnType<typeof tlsChoices>[number]): ConnectionOptions {
  return {
    ...(at.host.startsWith('/') ? { socketPath: at.host } : { host: at.host, port: at.port }),
    user: at.user,
    ...(at.password === undefined ? {} : { password: at.password }),
    ...(at.database === '' ? {} : { database: at.database }),
    // The driver's types know less of TLS than it passes on.
    ...(ssl === false ? {} : { ssl: ssl as NonNullable<ConnectionOptions['ssl']> }),
    charset: 'utf8mb4_bin',
    multipleStatements: true,
    connectTimeout: 10_000,
    enableKeepAlive: true,
    keepAliveInitialDelay: 10_000,
    connectAttributes: { program_name: name },
  };
}

function open(config: ConnectionOptions): Promise<Connection | Error> {
  return new Promise((resolve) => {
    const connection = createConnection(config);
    connection.on('error', () => undefined); // told to the call in flight and to those that follow
    connection.connect((error) => {
      if (error) connection.destroy();
      resolve(error ?? connection);
    });
  });
}

/** Whether it is worth trying without TLS what failed with it. */
const elsewise = (error: Error & { code?: string }): boolean => /SSL|TLS|EPROTO|CERT/.test(error.code ?? '');

function blame(fault: Fault, { host, port }: Address): Fault {
  const gone = fault.code === 'ECONNREFUSED' || fault.code === 'ENOTFOUND';
  const { message, code, hint, cause } = fault;
  return new Fault(
    gone && !reached.has(`${host}:${port}`) ? 'operator' : fault.kind,
    `cannot connect to ${host}${host.startsWith('/') ? '' : `:${port}`}: ${message}`,
    { ...(code === undefined ? {} : { code }), ...(hint === undefined ? {} : { hint }), cause },
  );
}
