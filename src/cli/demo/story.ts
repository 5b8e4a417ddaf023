import { monotonic } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import { actionSql } from '../../control/action.js';
import { print } from '../render.js';
import { follow } from './following.js';
import { say, show, type Scene } from './scene.js';
import { CONTROL, type Stage } from './stage.js';

/** A shop that never closes moves while it is paused, resumed and hit, all in SQL; at the end both sides are compared. */
export async function tell(scene: Scene, stage: Stage): Promise<void> {
  await scene.upTo(25);
  await pause(scene);
  await resume(scene);
  await scene.upTo(50);
  await kill(scene);
  await scene.upTo(100);
  await follow(scene, stage);
  await compare(scene, stage);
  await end(scene, stage);
}

async function pause(scene: Scene): Promise<void> {
  say('3. A DBA pauses it. Batches in hand are finished and committed, nothing new begins:');
  await scene.sql(actionSql(CONTROL, 'PAUSE'));
  const seconds = await scene.obeyed('PAUSED');
  print(`   In effect everywhere after ${Math.round(seconds * 1000)} ms. Who stands where:`);
  await scene.sql(
    `SELECT role, pid, state, at_mark, action_read FROM ${CONTROL}.wirekite_worker WHERE state = 'PAUSED' ORDER BY worker`,
  );
}

async function resume(scene: Scene): Promise<void> {
  say('4. And lets it go on, from exactly those marks:');
  await scene.sql(actionSql(CONTROL, 'RUN'));
}

async function kill(scene: Scene): Promise<void> {
  const pid = await scene.busyLoader();
  say(`5. Now the loader is shot in the middle of its batches:\n   kill -9 ${pid}`);
  const start = monotonic();
  process.kill(pid, 'SIGKILL');
  const next = await scene.pidOf('load', pid);
  const seconds = (monotonic() - start).toFixed(1);
  await scene.takenUp('D');
  print(
    `   Process ${next} took its place after ${seconds} s. Rows and mark commit together: none is lost, none comes twice.`,
  );
  await scene.sql(`SELECT source, operation, restarts, worker FROM ${CONTROL}.wirekite_restarts`);
}

async function compare(scene: Scene, stage: Stage): Promise<void> {
  const { demo, config, writer } = stage;
  await writer.stop();
  const since = await scene.now();
  say(`10. The shop closes: its writer has committed ${writer.committed} transactions. When the last one is there,`);
  await scene.lagFalls(since);
  print('   both sides are read again and compared. What a log does not tell is done by hand, on both:');
  print(`   ${demo.statements.refresh};`);
  await Promise.all([config.source, config.target].map((url) => demo.query(url, demo.statements.refresh)));
  const [there, here] = await Promise.all([demo.compare(config.source), demo.compare(config.target)]);
  const arrived = new Map(here.map((row) => [row.table, row]));
  const lines = there.map((row) => {
    const other = arrived.get(row.table);
    const same = other?.rows === row.rows && other.checksum === row.checksum;
    const target = { 'rows there': other?.rows, 'checksum there': other?.checksum };
    return { ...row, ...target, verdict: same ? 'same' : 'DIFFERENT' };
  });
  show(lines);
  if (lines.some(({ verdict }) => verdict !== 'same')) throw new Fault('permanent', 'source and target differ');
}

async function end(scene: Scene, stage: Stage): Promise<void> {
  const { demo, config } = stage;
  const stream = await scene.stream();
  say('11. It is over. Every process ends by itself, and none starts again before a person says RUN:');
  await scene.sql(actionSql(CONTROL, 'STOP'));
  await scene.ended(4);
  print('   On the source, nothing is kept for it any longer:');
  for (const statement of demo.statements.forget(stream)) await scene.shop(stage, config.source, statement);
  await scene.kept(stage, stream);
}
