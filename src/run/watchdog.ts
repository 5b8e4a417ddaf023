import { insertCommand } from '../control/command.js';
import { readErrorRun } from '../control/run-log.js';
import type { Settings } from '../control/settings.js';
import type { Status } from '../control/status.js';
import type { Db } from '../db/db.js';
import type { Chronicle } from './chronicle.js';
import { escalations } from './escalation.js';

/** Where a person sees what it is about, and mends it. */
const WHERE = 'To be reviewed: wirekite_error, wirekite_task, load_run_log (openkite sql failed, bad-rows)';

/** How it goes on. */
const HOW = 'Once it is mended, say RETRY in wirekite_command, or SKIP of the table';

/** Tells a person of too many errors, and pauses where the settings say so. Only a person lifts that. */
export class Watchdog {
  private readonly told = new Map<string, number>();

  constructor(
    private readonly chronicle: Chronicle,
    private readonly settings: () => Settings,
    private readonly warn: (words: string) => void,
  ) {}

  /** Returns whether it has paused. */
  async look(status: Status): Promise<boolean> {
    let paused = false;
    await this.chronicle.quietly('the watch over errors', async (db) => void (paused = await this.judge(db, status)));
    return paused;
  }

  private async judge(db: Db, status: Status): Promise<boolean> {
    let paused = false;
    const { max_consecutive_errors: most, escalation_threshold: rate, pause_on_escalation: pause } = this.settings();
    const run = await readErrorRun(db);
    const lasting = status.errors_total - status.errors_recovered;
    const seen = { ...run, errors: Math.max(lasting, run.queued), rows: status.records_processed };
    if (run.failed === 0) this.told.delete('failed for good'); // mended: what fails from now on is news
    for (const { cause, errors, words } of escalations(seen, { most, rate }, this.told)) {
      this.told.set(cause, errors);
      const required = `${words}. ${WHERE}. ${HOW}${pause === 'YES' ? '; then RUN, for everything is paused' : ''}`;
      this.warn(`escalated: ${required}`);
      await this.chronicle.event(required, { kind: 'escalation', status: 'error', error: cause });
      const reason = `paused pending resolution: ${words}`.slice(0, 300);
      if (pause !== 'YES') continue;
      await insertCommand(db, { action: 'PAUSE', reason, author: 'openkite' });
      paused = true;
    }
    return paused;
  }
}
