import type { Db } from '../db/db.js';
import { ask } from './ask.js';

/** Totals, for plots, and, with `shares`, what living workers spend their time on, for whoever asks what binds. */
export async function sampleMetrics(db: Db, { shares }: { readonly shares: boolean }): Promise<void> {
  await ask(db, 'sample_metrics', { shares: shares ? 'YES' : 'NO' });
}

/** Every sample for an hour, one a minute for thirty days. */
export async function thinMetrics(db: Db): Promise<void> {
  await ask(db, 'thin_metrics');
}

/** What scaling goes by, of one side. */
export interface SideLook {
  readonly role: 'extract' | 'load';
  /** Living ones, on every host. */
  readonly workers: number;
  /** Pieces of work that wait or are in hand. */
  readonly pieces: number;
  /** The most that a process of this host uses of a CPU. */
  readonly cpu: number;
  /** As `wirekite_bottleneck` names it. */
  readonly binds: string | undefined;
  /** Loaded so far, of all tables. */
  readonly bytes: number;
}

export async function lookAtScaling(db: Db, host: string): Promise<SideLook[]> {
  const { rows } = await ask<Record<string, string | null>>(db, 'look_at_scaling', { host });
  return rows.map(({ role, workers, pieces, cpu, binds, bytes }) => ({
    role: role === 'extract' ? 'extract' : 'load',
    workers: Number(workers),
    pieces: Number(pieces),
    cpu: Number(cpu ?? 0),
    binds: binds ?? undefined,
    bytes: Number(bytes ?? 0),
  }));
}
