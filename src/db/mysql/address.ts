import { userInfo } from 'node:os';
import { Fault } from '../../base/fault.js';

export interface Address {
  /** A name, an address, or the path of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** '' for none. */
  readonly database: string;
  readonly password?: string;
}

const PARAMETERS = ['socket', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'];

/** Where a URL points to. What it leaves out comes from the variables that the server's own clients read. */
export function address(url: URL, env: NodeJS.ProcessEnv = process.env): Address {
  const strange = [...url.searchParams.keys()].find((key) => !PARAMETERS.includes(key));
  if (strange !== undefined) throw new Fault('operator', `the URL has a parameter that is not known: ${strange}`);
  const password = decode(url.password) || env['MYSQL_PWD'];
  return {
    host: url.searchParams.get('socket') ?? (decode(url.hostname.replace(/^\[|\]$/g, '')) || 'localhost'),
    port: Number(url.port || env['MYSQL_TCP_PORT'] || 3306),
    user: decode(url.username) || userInfo().username,
    database: decode(url.pathname.slice(1)),
    ...(password ? { password } : {}),
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Fault('operator', 'the URL cannot be read', { hint: 'Write a % in it, also in the password, as %25.' });
  }
}
