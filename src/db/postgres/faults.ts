import { Fault, type FaultKind, type Place } from '../../base/fault.js';

/** What a server's error carries besides its message. */
interface ServerError extends Error {
  readonly code?: string;
  readonly severity?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
  readonly where?: string;
  readonly hint?: string;
}

type Verdict = readonly [kind: FaultKind, hint?: string];

/** SQLSTATEs: the whole code first, then its class (the first two characters). */
const STATES: Readonly<Record<string, Verdict>> = {
  '08': ['transient'],
  '08P01': ['unknown', 'Something between openkite and the server does not speak its protocol: connect without it.'],
  '0A': ['permanent'],
  '0L': ['permanent', 'Grant the role what it needs, or name another in the URL.'],
  '0P': ['operator', 'CREATE ROLE {name} LOGIN, or name another role in the URL.'],
  '21': ['permanent'],
  '22': ['data'],
  '22023': ['permanent'],
  '23': ['data'],
  '25': ['permanent'],
  '25006': [
    'transient',
    'Is it a standby? SELECT pg_is_in_recovery(); else ALTER SYSTEM RESET default_transaction_read_only.',
  ],
  '25P03': ['transient'],
  '26': ['permanent'],
  '28': ['operator', 'Let this user in from this host: add a line to pg_hba.conf, then SELECT pg_reload_conf().'],
  '28P01': [
    'operator',
    'Mend the password in the URL, PGPASSWORD or ~/.pgpass, or set it: ALTER ROLE {name} PASSWORD ….',
  ],
  '2B': ['permanent'],
  '2F': ['permanent'],
  '34': ['permanent'],
  '3B': ['permanent'],
  '3D': ['operator', 'CREATE DATABASE {name}, or name another at the end of the URL.'],
  '3F': ['permanent', 'CREATE SCHEMA {name}'],
  '40': ['transient'],
  '42': ['permanent'],
  '42501': ['operator', 'As the owner: GRANT SELECT (to read) or ALL (to write) ON {object} TO the role in the URL.'],
  '42P01': ['permanent', 'Compare its name: SELECT schemaname, tablename FROM pg_tables'],
  '44': ['data'],
  '53': ['resource'],
  '53100': ['resource', 'Make room on the disk of the server; openkite goes on by itself.'],
  '53300': ['transient', 'Raise max_connections, or run fewer workers.'],
  '54': ['permanent'],
  '55': ['permanent'],
  '55006': ['transient'],
  '55P03': [
    'transient',
    'Another session holds the lock: SELECT pid, query FROM pg_stat_activity, pg_blocking_pids(pid).',
  ],
  '57': ['transient'],
  '57P04': ['permanent', 'Somebody dropped the database.'],
  '58': ['resource'],
  '72': ['transient'],
  P0: ['permanent'],
  XX001: ['permanent', 'The server found damaged data: look at its log and its disks.'],
  XX002: ['permanent', 'An index is damaged: REINDEX it.'],
};

/** Codes of the operating system, of Node and of TLS. */
const ERRNOS: Readonly<Record<string, Verdict>> = {
  ECONNREFUSED: ['transient', 'Is the server running, and are host and port right?'],
  ENOTFOUND: ['transient', 'Is the host written correctly?'],
  ENOENT: ['operator', 'Is the directory of the socket right, and is the server running?'],
  EACCES: ['operator'],
  ENOSPC: ['resource', 'Make room on the disk.'],
  EDQUOT: ['resource', 'Make room within the quota of the disk.'],
  EMFILE: ['resource', 'Raise the number of open files: ulimit -n.'],
  ENFILE: ['resource'],
  ENOMEM: ['resource'],
  EIO: ['resource'],
};

/** Two sessions changed the same catalog row; the server has no code of its own for that. */
const CATALOG_RACE = /^tuple concurrently (updated|deleted)$/;

const NETWORK =
  /^(E(CONN(RESET|ABORTED)|PIPE|TIMEDOUT|HOST(UNREACH|DOWN)|NET(UNREACH|DOWN|RESET)|AI_AGAIN)|ERR_STREAM_)/;
const TLS = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO)/;

/** pg's own errors, which have no code. */
const WORDS: readonly (readonly [RegExp, string, Verdict])[] = [
  [/not support SSL/, 'NO_TLS', ['operator', 'Turn ssl on at the server, or put sslmode=disable into the URL.']],
  [/password must be a string/, 'NO_PASSWORD', ['operator', 'Give one in the URL, in PGPASSWORD or in ~/.pgpass.']],
  [/timeout expired/, 'CONNECT_TIMEOUT', ['transient', 'Are host and port right, and does a firewall let us through?']],
  [/Connection terminated|not queryable|Connection ended/, 'CONNECTION_LOST', ['transient']],
];

/** Names a failure of this database: what kind it is, where it happened, what mends it. A Fault stays as it is. */
export function classify(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (!(error instanceof Error)) return new Fault('unknown', String(error));
  const failed = cause(error) as ServerError;
  const [code, [kind, hint]] = verdict(failed);
  return new Fault(kind, failed.message, {
    ...(code === undefined ? {} : { code }),
    ...(hint === undefined ? {} : { hint: aim(hint, failed.message) }),
    place: place(failed),
    cause: error,
  });
}

/** The server is shutting the session down, or its answer was lost: nobody knows how the last statement ended. */
export function isEnd(error: unknown): boolean {
  const severity = error instanceof Error ? (error as ServerError).severity : undefined;
  return severity === undefined || severity === 'FATAL' || severity === 'PANIC';
}

/** Puts the name that the server's message quotes, or the object that it denies, into a hint. */
function aim(hint: string, message: string): string {
  const name = /"[^"]*"/.exec(message)?.[0] ?? '…';
  const denied = /permission denied for (?:relation )?(?<object>.+)/.exec(message)?.groups?.['object'];
  return hint.replace('{name}', name).replace('{object}', denied ?? name);
}

/** Several addresses of one host were tried: the first failure speaks for all. */
function cause(error: Error): Error {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return first instanceof Error ? first : error;
}

function verdict(error: ServerError): [code: string | undefined, verdict: Verdict] {
  const { code, message } = error;
  if (code === undefined) {
    const known = WORDS.find(([words]) => words.test(message));
    return known === undefined ? [undefined, ['unknown']] : [known[1], known[2]];
  }
  if (CATALOG_RACE.test(message)) return [code, ['transient']];
  if (error.severity !== undefined) return [code, ofState(code, error.where)];
  if (TLS.test(code))
    return [code, ['operator', 'Mend the certificate, or lower sslmode in the URL (sslrootcert names a CA).']];
  return [code, ERRNOS[code] ?? (NETWORK.test(code) ? ['transient'] : ['unknown'])];
}

function ofState(code: string, where = ''): Verdict {
  const known = STATES[code] ?? STATES[code.slice(0, 2)] ?? ['unknown'];
  const ofRow = COPY_LINE.test(where) && /^(54|P0)/.test(code); // a row too wide, or one that a trigger refused
  return ofRow ? ['data'] : known;
}

const COPY_LINE = /^COPY (?<table>.+?), line (?<row>\d+)(?:, column (?<column>[^:\n]+))?/m;

/** Never the value: what COPY read last stands behind the colon. */
function place(error: ServerError): Place {
  const line = COPY_LINE.exec(error.where ?? '')?.groups;
  const table = error.table === undefined ? line?.['table'] : [error.schema, error.table].filter(Boolean).join('.');
  const column = error.column ?? line?.['column'];
  return {
    ...(table === undefined ? {} : { table }),
    ...(line?.['row'] === undefined ? {} : { row: Number(line['row']) }),
    ...(column === undefined ? {} : { column }),
  };
}
