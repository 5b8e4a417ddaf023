import { insertCommand } from '../control/command.js';
import { readErrorRun } from '../control/run-log.js';
import type { Settings } from '../control/settings.js';
import type { Status } from '../control/status.js';
import type { Db } from '../db/db.js';
import type { Chronicle } from './chronicle.js';
import { escalations } from './escalation.js';

/** Tells a person of too many errors, and pauses where the settings say so. Only a person lifts that. */
export class Watchdog {
  private readonly told = new Map<string, number>();

  constructor(
    private readonly chronicle: Chronicle,
    private readonly settings: () => Settings,
  ) {}

  look(status: Status): Promise<void> {
    return this.chronicle.quietly('the watch over errors', (db) => this.judge(db, status));
  }

  private async judge(db: Db, status: Status): Promise<void> {
    const { max_consecutive_errors: most, escalation_threshold: rate, pause_on_escalation: pause } = this.settings();
    const run = await readErrorRun(db);
    const seen = { ...run, errors: Math.max(status.errors_total, run.queued), rows: status.records_processed };
    for (const { cause, errors, words } of escalations(seen, { most, rate }, this.told)) {
      this.told.set(cause, errors);
      await this.chronicle.event(words, { kind: 'escalation', status: 'error', error: cause });
      const reason = `paused pending resolution: ${words}`.slice(0, 300);
      if (pause === 'YES') await insertCommand(db, { action: 'PAUSE', reason, author: 'openkite' });
    }
  }
}
