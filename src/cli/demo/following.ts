import { monotonic } from '../../base/clock.js';
import { actionSql } from '../../control/action.js';
import { print } from '../render.js';
import { say, type Scene } from './scene.js';
import { CONTROL, type Stage } from './stage.js';

const LAG = `SELECT lag_seconds, lag_bytes, lag_transactions, tables_behind FROM ${CONTROL}.wirekite_lag`;
const BUDGET = `SELECT log_kept_bytes, log_limit_bytes, log_bytes_per_hour, hours_left FROM ${CONTROL}.wirekite_pause_budget`;
const RESTARTS = `SELECT source, operation, restarts, worker FROM ${CONTROL}.wirekite_restarts WHERE operation IN ('CE', 'C')`;
/** So long does the pause last while the shop goes on. */
const PAUSED_LAG_SECONDS = 5;

/** All rows are in; what the shop does meanwhile is followed, through a pause, two deaths and a long transaction. */
export async function follow(scene: Scene, stage: Stage): Promise<void> {
  await comeInStep(scene, stage);
  await pauseWhileItGoesOn(scene, stage);
  await killBoth(scene);
  await long(scene, stage);
}

async function comeInStep(scene: Scene, stage: Stage): Promise<void> {
  const { writer } = stage;
  say(
    `6. All rows are in, as they were when each was read. The shop was open: ${writer.committed} transactions until now.`,
  );
  print('   They are in files, and are applied table by table, until all tables are in step:');
  await scene.inStep();
  await scene.sql(LAG);
  print('   For that the source keeps its log. What was made there (openkite run shows it before it is made):');
  await scene.kept(stage, await scene.stream());
}

async function pauseWhileItGoesOn(scene: Scene, { writer }: Stage): Promise<void> {
  say('7. A PAUSE now, while the shop goes on: the lag grows, and the source keeps more for us.');
  const before = writer.committed;
  await scene.sql(actionSql(CONTROL, 'PAUSE'));
  await scene.obeyed('PAUSED');
  await scene.until('the lag grows', async () => ((await scene.lag()) > PAUSED_LAG_SECONDS ? true : undefined));
  await scene.sql(LAG);
  print('   For how long may it last? (The source would give us up beyond its limit; NULL: it has none but its disk.)');
  await scene.sql(BUDGET);
  say(`   After ${writer.committed - before} more transactions it goes on:`);
  await scene.sql(actionSql(CONTROL, 'RUN'));
  await scene.lagFalls();
}

async function killBoth(scene: Scene): Promise<void> {
  say('8. The two that follow are shot, first who applies changes, then who reads them from the source:');
  await kill(scene, 'follow', 'C');
  await kill(scene, 'capture', 'CE');
  await scene.sql(RESTARTS);
  await scene.lagFalls();
}

async function kill(scene: Scene, role: string, operation: string): Promise<void> {
  const pid = await scene.pidOf(role);
  print(`   kill -9 ${pid}`);
  const start = monotonic();
  process.kill(pid, 'SIGKILL');
  const next = await scene.pidOf(role, pid);
  await scene.takenUp(operation);
  print(`   Process ${next} has taken over after ${(monotonic() - start).toFixed(1)} s.`);
}

async function long(scene: Scene, stage: Stage): Promise<void> {
  const { demo, config } = stage;
  const { long: statement, arrived } = demo.statements;
  say('9. One long transaction on the source, amid all the short ones:');
  await scene.shop(stage, config.source, statement);
  print('   On the target it is there as a whole or not at all:');
  print(`   ${arrived};`);
  const seen = new Set<number>();
  const start = monotonic();
  await scene.until('it has arrived', async () => {
    const count = await scene.count(arrived);
    seen.add(count);
    return count > 0 || undefined;
  });
  print(
    `     Asked again and again, the answers were ${[...seen].join(', then ')} (after ${(monotonic() - start).toFixed(1)} s).`,
  );
  await scene.lagFalls();
}
