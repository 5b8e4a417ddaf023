import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { Fault } from '../base/fault.js';

type Choice = false | ConnectionOptions;

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];

/** What counts where the URL says nothing: from the environment, or where the engine's own clients look. Paths. */
export interface TlsDefaults {
  readonly mode?: string | undefined;
  readonly rootcert?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * What the URL's sslmode means, by libpq's words, as ways to connect that are tried in turn: `false` is without TLS. Only
 * `disable`, `allow` and `prefer` (the default) ever go without.
 */
export function tlsChoices(url: URL, host: string, defaults: TlsDefaults): readonly Choice[] {
  const mode = url.searchParams.get('sslmode') ?? defaults.mode ?? 'prefer';
  if (!MODES.includes(mode)) throw new Fault('operator', `sslmode is one of ${MODES.join(', ')}, not ${mode}`);
  if (mode === 'disable' || host.startsWith('/')) return [false];
  const files = identity(url, defaults);
  const unverified = { ...files, rejectUnauthorized: false };
  if (mode === 'allow') return [false, unverified];
  if (mode === 'prefer') return [unverified, false];
  const ca = authorities(url, defaults);
  if (mode === 'require') return [ca === undefined ? unverified : { ...files, ...ca, ...anyHost }];
  if (ca === undefined) throw new Fault('operator', `sslmode=${mode} needs a root certificate`, { hint: ROOT });
  return [{ ...files, ...ca, ...(mode === 'verify-ca' ? anyHost : {}) }];
}

const ROOT = 'Name it in the URL: sslrootcert=/path/root.crt, or sslrootcert=system.';

const anyHost = { checkServerIdentity: () => undefined };

function identity(url: URL, defaults: TlsDefaults): ConnectionOptions {
  const cert = url.searchParams.get('sslcert') ?? defaults.cert;
  const key = url.searchParams.get('sslkey') ?? defaults.key;
  return { ...(cert ? { cert: read(cert) } : {}), ...(key ? { key: read(key) } : {}) };
}

function authorities(url: URL, { rootcert }: TlsDefaults): ConnectionOptions | undefined {
  const path = url.searchParams.get('sslrootcert') ?? rootcert;
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
