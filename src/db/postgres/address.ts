import { readFileSync, statSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../base/fault.js';

export interface Address {
  /** A name, an address, or the directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password?: string;
}

const PARAMETERS = ['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'];

/** Where a URL points to. What it leaves out comes from the variables that psql reads, then from its defaults. */
export function address(url: URL, env: NodeJS.ProcessEnv = process.env): Address {
  const strange = [...url.searchParams.keys()].find((key) => !PARAMETERS.includes(key));
  if (strange !== undefined) throw new Fault('operator', `the URL has a parameter that is not known: ${strange}`);
  const user = decode(url.username) || env['PGUSER'] || userInfo().username;
  const at = {
    host:
      url.searchParams.get('host') ?? (decode(url.hostname.replace(/^\[|\]$/g, '')) || env['PGHOST'] || 'localhost'),
    port: Number(url.port || env['PGPORT'] || 5432),
    user,
    database: decode(url.pathname.slice(1)) || env['PGDATABASE'] || user,
  };
  const password = decode(url.password) || env['PGPASSWORD'] || passwordFor(at, passwordFile(env));
  return password === undefined ? at : { ...at, password };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Fault('operator', 'the URL cannot be read', { hint: 'Write a % in it, also in the password, as %25.' });
  }
}

/** The lines of ~/.pgpass. As with psql, a file that others can read is not used. */
function passwordFile(env: NodeJS.ProcessEnv): string[] {
  const path = env['PGPASSFILE'] ?? join(homedir(), '.pgpass');
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile() || (stat.mode & 0o077) !== 0) return [];
  return readFileSync(path, 'utf8').split('\n');
}

/** The first of the lines `host:port:database:user:password` that fits; `*` fits all, a backslash escapes. */
export function passwordFor(at: Omit<Address, 'password'>, lines: readonly string[]): string | undefined {
  const wanted = [at.host, String(at.port), at.database, at.user];
  for (const line of lines.filter((text) => !text.startsWith('#'))) {
    const fields = line.match(/(?:\\.|[^\\:])+/g)?.map((field) => [field, field.replace(/\\(.)/g, '$1')]) ?? [];
    const fits = wanted.every((value, i) => fields[i]?.[0] === '*' || fields[i]?.[1] === value);
    if (fits && fields.length === 5) return fields[4]?.[1];
  }
  return undefined;
}
