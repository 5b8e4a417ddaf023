import { monotonic } from '../base/clock.js';
import { checkpoints, keysDue, readCheckpoint, takeCheckpoint } from '../control/checkpoint.js';
import type { Settings } from '../control/settings.js';
import type { Status } from '../control/status.js';
import type { Db, Tx } from '../db/db.js';
import { checkpointCauses, type Moment } from './checkpoint-cause.js';

type Figures = Pick<Status, 'records_processed' | 'progress_percent'>;

/** Says when a checkpoint is due, and takes it. What is due at one moment is one checkpoint, which names all causes. */
export class Checkpoints {
  private readonly due = new Set<string>();
  private newest: number | undefined;
  private last: Moment = { seconds: monotonic(), rows: 0, percent: 0 };
  /** Foreign keys may still be made for the first time. */
  private beforeKeys = true;

  /** `told`: what was taken, and why. */
  constructor(
    private readonly settings: () => Settings,
    private readonly told: (words: string) => Promise<void>,
  ) {}

  /** By time, rows and progress since the newest one, whoever took that. */
  async look(db: Db, status: Figures): Promise<void> {
    await this.learn(db);
    const { checkpoint_minutes: minutes, checkpoint_rows: rows, checkpoint_percent: percent } = this.settings();
    for (const cause of checkpointCauses(this.last, momentOf(status, 0), { minutes, rows, percent })) this.add(cause);
  }

  private async learn(db: Db): Promise<void> {
    const [found] = await checkpoints(db);
    if (!found || found.id === this.newest) return;
    const metrics = (await readCheckpoint(db, found.id))?.state.metrics as Partial<Figures> | undefined;
    this.newest = found.id;
    this.last = momentOf({ records_processed: 0, progress_percent: 0, ...metrics }, found.seconds);
  }

  add(cause: string): void {
    this.due.add(cause);
  }

  /** Before the first foreign key is made: what contradicts it is found then. */
  async lookAtKeys(db: Db): Promise<void> {
    if (!this.beforeKeys) return;
    const due = await keysDue(db);
    this.beforeKeys = due === 'NO';
    if (due === 'YES') this.add('before foreign keys are made and validated');
  }

  /** Takes what is due; nothing, where nothing is. `also`: in its transaction. */
  async take(db: Db, also?: (tx: Tx) => Promise<void>): Promise<void> {
    if (this.due.size === 0) return;
    const cause = [...this.due].join('; ');
    const id = await takeCheckpoint(db, { cause, keep: this.settings().checkpoint_keep }, also);
    this.due.clear();
    await this.told(`checkpoint ${id}: ${cause}`);
  }
}

const momentOf = ({ records_processed: rows, progress_percent: percent }: Figures, ago: number): Moment => ({
  seconds: monotonic() - ago,
  rows,
  percent,
});
