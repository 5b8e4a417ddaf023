import { logLeftOut, logLoaded, logRun, nameRun, type LogEntry } from '../control/run-log.js';
import { phases } from '../control/phase.js';
import { readDependencies, readOutcomes, writeRunSnapshot } from '../control/run-snapshot.js';
import type { Db } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import type { BestEffort } from './best-effort.js';

/** What a run is told of itself. */
export interface RunFacts {
  readonly run: string;
  readonly migration: string;
  readonly model: string;
  /** What it did about failures, as the names of settings. */
  readonly policy: () => Readonly<Record<string, unknown>>;
}

/** How it ended, as the process says. */
export interface RunEnd {
  readonly code: number;
  readonly why: string;
}

/** Writes down what happens in a run, in `load_run_log`, and what the run was as a whole, in `load_run_snapshot`. */
export class Chronicle {
  private resumes: string | undefined;
  private started = '';

  constructor(
    private readonly facts: RunFacts,
    private readonly attempt: BestEffort,
  ) {}

  async begin(db: Db): Promise<void> {
    const { run, model } = this.facts;
    this.started = new Date().toISOString();
    this.resumes = await nameRun(db, run);
    const from = this.resumes === undefined ? '' : `, goes on with ${this.resumes}`;
    await this.event(`run ${run} has begun, as ${model}${from}`);
    await this.snapshot();
  }

  event(reason: string, entry: Partial<LogEntry> = {}): Promise<void> {
    return this.log((db) => logRun(db, { dataset: '*', status: 'success', kind: 'event', reason, ...entry }));
  }

  loaded(tables: readonly TableName[]): Promise<void> {
    return tables.length === 0 ? Promise.resolve() : this.log((db) => logLoaded(db, tables));
  }

  leftOut(): Promise<void> {
    return this.log(logLeftOut);
  }

  /** Returns the last document, as it was written or would have been. */
  async end(end: RunEnd): Promise<string> {
    await this.leftOut();
    await this.event(`run ${this.facts.run} has ended with ${end.code}: ${end.why}`, {
      status: end.code === 0 ? 'success' : 'error',
    });
    return this.snapshot(end);
  }

  /** What must not fail the run either. */
  quietly(what: string, work: (db: Db) => Promise<void>): Promise<void> {
    return this.attempt(what, work);
  }

  private log(work: (db: Db) => Promise<void>): Promise<void> {
    return this.attempt('load_run_log', work);
  }

  private async snapshot(end?: RunEnd): Promise<string> {
    let document = '';
    await this.attempt('load_run_snapshot', async (db) => {
      document = JSON.stringify(await this.document(db, end), null, 2);
      await writeRunSnapshot(db, this.facts.run, document);
    });
    return document;
  }

  private async document(db: Db, end?: RunEnd): Promise<Record<string, unknown>> {
    const { run, migration, model, policy } = this.facts;
    const { counts, outcomes } = await readOutcomes(db);
    return {
      batch_run_id: run,
      resumes: this.resumes ?? null,
      migration,
      execution_model: model,
      policy: policy(),
      started_at: this.started,
      ...(end === undefined ? {} : { ended_at: new Date().toISOString(), exit_code: end.code, why: end.why }),
      phases: (await phases(db)).map(({ phase, name }) => ({ phase, name })),
      counts,
      reasons: reasons(outcomes),
      outcomes,
      depends_on: await readDependencies(db),
    };
  }
}

/** How many tasks did not succeed for which reason, the most frequent first. */
function reasons(outcomes: readonly { readonly state: string; readonly status_reason: string | null }[]) {
  const found = new Map<string, number>();
  for (const { state, status_reason: reason } of outcomes)
    if (state !== 'DONE') found.set(reason ?? state, (found.get(reason ?? state) ?? 0) + 1);
  return [...found].sort((a, b) => b[1] - a[1]).map(([reason, tasks]) => ({ reason, tasks }));
}
