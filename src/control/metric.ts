import type { Db } from '../db/db.js';
import { ask } from './ask.js';

/** What living workers spend their time on, and totals: for plots, and for whoever asks what binds. */
export async function sampleMetrics(db: Db): Promise<void> {
  await ask(db, 'sample_metrics');
}

/** Every sample for an hour, one a minute for thirty days. */
export async function thinMetrics(db: Db): Promise<void> {
  await ask(db, 'thin_metrics');
}
