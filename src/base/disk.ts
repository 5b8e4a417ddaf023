import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault, type FaultKind } from './fault.js';

const causes: Readonly<Record<string, readonly [FaultKind, string]>> = {
  ENOSPC: ['resource', 'no space is left on the device'],
  EDQUOT: ['resource', 'the disk quota is used up'],
  EMFILE: ['resource', 'this process has too many files open'],
  ENFILE: ['resource', 'this machine has too many files open'],
  EROFS: ['operator', 'the file system is mounted read-only'],
  EACCES: ['operator', 'permission is denied'],
  EPERM: ['operator', 'the operation is not permitted'],
  EIO: ['unknown', 'the device failed'],
  ESTALE: ['transient', 'the network file system lost it'],
  ENOENT: ['transient', 'it was taken away'],
};

/** Names a failure of the file system in words; where writing failed, with the bytes that are free there. */
export async function diskFault(act: 'read' | 'write', path: string, error: unknown): Promise<Fault> {
  if (error instanceof Fault) return error;
  const { code = 'EIO', message } = error as NodeJS.ErrnoException;
  const [kind, words] = causes[code] ?? ['unknown', message];
  const room =
    act === 'read' ? '' : `; ${(await freeBytes(dirname(path))) ?? 'an unknown number of'} bytes are free there`;
  return new Fault(kind, `cannot ${act} ${path}: ${words}${room}`, {
    code,
    safe: act === 'read' ? 'nothing was changed' : 'nothing of this file is counted as written',
    cause: error,
  });
}

/** Bytes that this process may still write in the file system of `directory`; undefined where it cannot say. */
export async function freeBytes(directory: string): Promise<number | undefined> {
  const stats = await statfs(directory).catch(() => undefined);
  return stats && stats.bavail * stats.bsize;
}
