import { Fault, type FaultKind, type Place } from '../../base/fault.js';

/** What the driver tells of a failure: of the server's, `errno` and `sqlState`; of its own, `code` alone. */
interface ServerError extends Error {
  readonly code?: string;
  readonly errno?: number;
  readonly sqlState?: string;
}

type Verdict = readonly [kind: FaultKind, hint?: string];

/** The server's error numbers. */
const NUMBERS: Readonly<Record<number, Verdict>> = {
  1021: ['resource', 'Make room on the disk of the server; openkite goes on by itself.'],
  1037: ['resource'],
  1040: ['transient', 'Raise max_connections, or run fewer workers.'],
  1041: ['resource'],
  1044: ['operator', 'GRANT the user in the URL what it needs on that database.'],
  1045: ['operator', 'Mend user or password in the URL, or MYSQL_PWD; the account counts by host too.'],
  1046: ['operator', 'Name a database at the end of the URL.'],
  1049: ['operator', 'CREATE DATABASE {name}, or name another at the end of the URL.'],
  1053: ['transient'],
  1062: ['data'],
  1114: ['resource', 'The table or its tablespace is full: make room, or raise tmp_table_size.'],
  1129: ['operator', 'FLUSH HOSTS on the server.'],
  1130: ['operator', 'Create the account for the host that we come from.'],
  1142: ['operator', 'GRANT the user in the URL what it needs on that table.'],
  1143: ['operator'],
  1159: ['transient'],
  1161: ['transient'],
  1203: ['transient', 'Raise max_user_connections.'],
  1205: ['transient', 'Another session holds the lock: SELECT * FROM information_schema.innodb_trx.'],
  1213: ['transient'],
  1226: ['resource'],
  1227: ['operator', 'GRANT the privilege that the message names to the user in the URL.'],
  1290: ['operator'],
  1317: ['transient'],
  1370: ['operator'],
  1412: ['permanent', 'The table was altered or truncated after the snapshot was taken: it is read anew.'],
  1419: ['operator', 'SET GLOBAL log_bin_trust_function_creators = 1, or grant SUPER to the user in the URL.'],
  1449: ['operator', 'The login that made the triggers and views of the control tables was dropped: create it again.'],
  1709: ['operator', 'SET GLOBAL innodb_default_row_format = DYNAMIC on the server.'],
  1836: ['transient', 'The server is read only: is it a replica?'],
  1845: ['permanent'],
  1927: ['transient'],
  2013: ['transient'],
  3024: ['transient'],
  3948: ['operator', 'SET GLOBAL local_infile = 1 on the target.'],
  4166: ['operator', 'SET GLOBAL local_infile = 1 on the target.'],
  4025: ['data'],
  3819: ['data'],
};

/** The rest by the class of their SQLSTATE. */
const STATES: Readonly<Record<string, Verdict>> = {
  '08': ['transient'],
  '21': ['permanent'],
  '22': ['data'],
  '23': ['data'],
  '28': ['operator'],
  '40': ['transient'],
  '42': ['permanent'],
  '45': ['data'],
  '70': ['transient'],
};

/** Values that a strict sql_mode refuses, which have no class of their own. */
const OF_VALUES = new Set([1048, 1264, 1265, 1292, 1300, 1366, 1406, 1411, 1416, 1364, 1690, 3140, 3156, 4079]);

/** Codes of the operating system, of Node, of TLS and of the driver. */
const CODES: Readonly<Record<string, Verdict>> = {
  ECONNREFUSED: ['transient', 'Is the server running, and are host and port right?'],
  ENOTFOUND: ['transient', 'Is the host written correctly?'],
  ENOENT: ['operator', 'Is the path of the socket right, and is the server running?'],
  EACCES: ['operator'],
  PROTOCOL_CONNECTION_LOST: ['transient'],
  HANDSHAKE_NO_SSL_SUPPORT: ['operator', 'Turn TLS on at the server, or put sslmode=disable into the URL.'],
  HANDSHAKE_SSL_ERROR: ['operator', 'Mend the certificate, or lower sslmode in the URL (sslrootcert names a CA).'],
};

const NETWORK =
  /^(E(CONN(RESET|ABORTED)|PIPE|TIMEDOUT|HOST(UNREACH|DOWN)|NET(UNREACH|DOWN|RESET)|AI_AGAIN)|ERR_STREAM_)/;
const TLS = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO)/;
const CLOSED = /closed state|Connection lost|Can't add new command|has been destroyed/;

/** Names a failure of this family: what kind it is, where it happened, what mends it. A Fault stays as it is. */
export function classify(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (!(error instanceof Error)) return new Fault('unknown', String(error));
  const failed = (error instanceof AggregateError ? (error.errors[0] ?? error) : error) as ServerError;
  const [code, [kind, hint]] = verdict(failed);
  return new Fault(kind, failed.message || (code ?? 'the connection failed'), {
    ...(code === undefined ? {} : { code }),
    ...(hint === undefined ? {} : { hint: hint.replace('{name}', /'([^']*)'/.exec(failed.message)?.[1] ?? '…') }),
    place: place(failed.message),
    cause: error,
  });
}

/** The server's answer was lost: nobody knows how the last statement ended. */
export const isEnd = (error: unknown): boolean =>
  !(error instanceof Error) || (error as ServerError).sqlState === undefined || (error as ServerError).errno === 1053;

function verdict({ code, errno, sqlState, message }: ServerError): [string | undefined, Verdict] {
  if (sqlState !== undefined && errno !== undefined) return [String(errno), ofServer(errno, sqlState)];
  if (code === undefined) return CLOSED.test(message) ? ['CONNECTION_LOST', ['transient']] : [undefined, ['unknown']];
  if (code === 'PROTOCOL_CONNECTION_LOST') return ['CONNECTION_LOST', ['transient']];
  if (TLS.test(code)) return [code, CODES['HANDSHAKE_SSL_ERROR'] ?? ['operator']];
  return [code, CODES[code] ?? (NETWORK.test(code) || CLOSED.test(message) ? ['transient'] : ['unknown'])];
}

const ofServer = (errno: number, state: string): Verdict =>
  NUMBERS[errno] ?? (OF_VALUES.has(errno) ? ['data'] : (STATES[state.slice(0, 2)] ?? ['unknown']));

/** Never the value, which some messages quote. */
function place(message: string): Place {
  const column = /\bcolumn '([^']+)'|\bcolumn `[^`]*`\.`[^`]*`\.`([^`]+)`/i.exec(message);
  const row = /at row (\d+)/.exec(message);
  const name = column?.[1] ?? column?.[2];
  return {
    ...(name === undefined ? {} : { column: name }),
    ...(row?.[1] === undefined ? {} : { row: Number(row[1]) }),
  };
}
