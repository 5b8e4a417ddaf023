import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { Fault } from '../../base/fault.js';

type Choice = false | ConnectionOptions;

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];

/**
 * What sslmode means to libpq, as ways to connect that are tried in turn: `false` is without TLS. Only `disable`,
 * `allow` and `prefer` (the default) ever go without.
 */
export function tlsChoices(url: URL, host: string, env: NodeJS.ProcessEnv = process.env): readonly Choice[] {
  const mode = url.searchParams.get('sslmode') ?? env['PGSSLMODE'] ?? 'prefer';
  if (!MODES.includes(mode)) throw new Fault('operator', `sslmode is one of ${MODES.join(', ')}, not ${mode}`);
  if (mode === 'disable' || host.startsWith('/')) return [false];
  const files = identity(url, env);
  const unverified = { ...files, rejectUnauthorized: false };
  if (mode === 'allow') return [false, unverified];
  if (mode === 'prefer') return [unverified, false];
  const ca = authorities(url, env);
  if (mode === 'require') return [ca === undefined ? unverified : { ...files, ...ca, ...anyHost }];
  if (ca === undefined) throw new Fault('operator', `sslmode=${mode} needs a root certificate`, { hint: ROOT });
  return [{ ...files, ...ca, ...(mode === 'verify-ca' ? anyHost : {}) }];
}

const ROOT =
  'Name it in the URL, sslrootcert=/path/root.crt (or sslrootcert=system), or put it into ~/.postgresql/root.crt.';

const anyHost = { checkServerIdentity: () => undefined };

function identity(url: URL, env: NodeJS.ProcessEnv): ConnectionOptions {
  const cert = url.searchParams.get('sslcert') ?? env['PGSSLCERT'];
  const key = url.searchParams.get('sslkey') ?? env['PGSSLKEY'];
  return { ...(cert ? { cert: read(cert) } : {}), ...(key ? { key: read(key) } : {}) };
}

function authorities(url: URL, env: NodeJS.ProcessEnv): ConnectionOptions | undefined {
  const usual = join(homedir(), '.postgresql', 'root.crt');
  const path = url.searchParams.get('sslrootcert') ?? env['PGSSLROOTCERT'] ?? (existsSync(usual) ? usual : undefined);
  if (path === 'system') return {};
  return path === undefined ? undefined : { ca: read(path) };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Fault('operator', `the certificate or key ${path} cannot be read`, { cause });
  }
}
