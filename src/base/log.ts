import { pino, type Logger } from 'pino';

export type Log = Logger;

/** JSON lines on standard error, so that standard output stays for what a command prints. */
export function openLog(role: string, level = process.env['OPENKITE_LOG'] ?? 'info'): Log {
  return pino(
    { level, base: { role, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime, errorKey: 'error' },
    pino.destination({ dest: 2, sync: true }),
  );
}
