/** One migration under torture in a test, which is cleared away after it, and what must be true at its end. */
import { expect, onTestFailed, onTestFinished } from 'vitest';
import { freshDatabase } from '../servers/index.js';
import { contentsOf, rowsIn, type Contents } from './contents.js';
import { differencesOf } from './differences.js';
import { until } from './run.js';
import { sessionsOf, Workplace, type Torture } from './workplace.js';

export class Migration extends Workplace {
  /** Default target: an empty database of the shared server. */
  static async create(torture: Omit<Torture, 'target'> & Partial<Pick<Torture, 'target'>>): Promise<Migration> {
    const migration = new Migration({ ...torture, target: torture.target ?? (await freshDatabase(18)) });
    onTestFailed(() => migration.tell());
    onTestFinished(() => migration.clear());
    return migration;
  }

  /** Nothing lost, nothing doubled, nothing left behind. `expected`: what the source held when it was read. */
  async expectWhole(expected?: Contents): Promise<void> {
    const wanted = expected ?? (await contentsOf(this.source));
    expect(this.runs.at(-1)?.child.exitCode).toBe(0);
    expect(await contentsOf(this.target)).toEqual(wanted);
    await this.expectMarks(wanted);
    await this.expectNothingLeft();
  }

  /** The same where changes were followed, until the last run ended. The source must be at rest. */
  async expectInStep(): Promise<void> {
    const last = this.runs.at(-1);
    expect(await differencesOf(this.source, this.target)).toEqual([]);
    expect(last?.child.exitCode, last?.said).toBe(0);
    expect(await this.ask(`SELECT queue, row_key, cause FROM wirekite_error LIMIT 5`)).toEqual([]);
    const behind = `SELECT table_name, state, applied_seq FROM wirekite_table WHERE applied_seq IS NOT NULL`;
    expect(await this.ask(behind)).toEqual([]);
    await this.expectNothingLeft();
  }

  private async expectMarks(contents: Contents): Promise<void> {
    const marks = await this.ask<{ name: string; loaded: string; written: string; open: number }>(
      `SELECT table_name AS name, coalesce(sum(p.mark::bigint) FILTER (WHERE p.operation = 'D'), 0) AS loaded,
         coalesce(sum(p.row_count) FILTER (WHERE p.operation = 'DE'), 0) AS written,
         count(*) FILTER (WHERE p.finish_time IS NULL)::int AS open
       FROM wirekite_table t LEFT JOIN wirekite_progress p USING (table_name) GROUP BY 1`,
    );
    const counted = (pick: 'loaded' | 'written') => Object.fromEntries(marks.map((m) => [m.name, Number(m[pick])]));
    const rows = Object.fromEntries(Object.entries(contents).map(([name, found]) => [name, rowsIn(found)]));
    expect(counted('loaded')).toEqual(rows);
    expect(counted('written')).toEqual(rows);
    expect(marks.filter((mark) => mark.open > 0)).toEqual([]);
  }

  /** No half file, no process, and no session on the target: the source's are looked at when its tests are over. */
  private async expectNothingLeft(): Promise<void> {
    expect(this.files.filter((name) => name.endsWith('.part'))).toEqual([]);
    await until('its processes end', () => this.processes.length === 0, 10);
    await until('its sessions end', async () => (await sessionsOf(this.target)).length === 0, 10);
  }

  private async tell(): Promise<void> {
    console.error(this.runs.map((run) => run.said).join('\n--- the next run ---\n'));
    const looks = [
      `SELECT role, state, why, at_mark FROM wirekite_worker WHERE lease_until > clock_timestamp()`,
      `SELECT table_name, state, generation, start_seq, applied_seq FROM wirekite_table WHERE applied_seq IS NOT NULL`,
      `SELECT source, target, mark, last_seq, error FROM wirekite_progress WHERE target IN ('CE', 'changes')`,
    ];
    for (const sql of looks) console.error(await this.ask(sql).catch(String));
  }
}
