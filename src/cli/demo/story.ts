import { monotonic } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import { actionSql } from '../../control/action.js';
import { print, table } from '../render.js';
import type { Scene } from './scene.js';
import { CONTROL, type Stage } from './stage.js';

const say = (text: string): void => print(`\n${text}`);

/** A shop moves while it is paused, resumed and hit, all in SQL; at the end both sides are compared. */
export async function tell(scene: Scene, stage: Stage): Promise<void> {
  await scene.upTo(25);
  await pause(scene);
  await resume(scene);
  await scene.upTo(50);
  await kill(scene);
  await scene.upTo(100);
  await compare(stage);
}

async function pause(scene: Scene): Promise<void> {
  say('3. A DBA pauses it. Batches in hand are finished and committed, nothing new begins:');
  await scene.sql(sqlFor('PAUSE'));
  const seconds = await scene.obeyed('PAUSED');
  print(`   In effect everywhere after ${Math.round(seconds * 1000)} ms. Who stands where:`);
  await scene.sql(`SELECT role, pid, state, at_mark, action_read FROM ${CONTROL}.wirekite_worker ORDER BY worker`);
}

async function resume(scene: Scene): Promise<void> {
  say('4. And lets it go on, from exactly those marks:');
  await scene.sql(sqlFor('RUN'));
}

const sqlFor = (word: 'RUN' | 'PAUSE'): string => actionSql(CONTROL, word).replace(/;$/, '');

async function kill(scene: Scene): Promise<void> {
  const pid = await scene.busyLoader();
  say(`5. Now the loader is shot in the middle of its batches:\n   kill -9 ${pid}`);
  const start = monotonic();
  process.kill(pid, 'SIGKILL');
  const next = await scene.loader(pid);
  const seconds = (monotonic() - start).toFixed(1);
  await scene.takenUp();
  print(
    `   Process ${next} took its place after ${seconds} s. Rows and mark commit together: none is lost, none comes twice.`,
  );
  await scene.sql(`SELECT source, operation, restarts, worker FROM ${CONTROL}.wirekite_restarts`);
}

async function compare({ demo, config }: Stage): Promise<void> {
  say('6. All is in: rows, keys, views, the trigger. Both sides, read again and compared:');
  const [there, here] = await Promise.all([demo.compare(config.source), demo.compare(config.target)]);
  const arrived = new Map(here.map((row) => [row.table, row]));
  const lines = there.map((row) => {
    const other = arrived.get(row.table);
    const same = other?.rows === row.rows && other.checksum === row.checksum;
    const target = { 'rows there': other?.rows, 'checksum there': other?.checksum };
    return { ...row, ...target, verdict: same ? 'same' : 'DIFFERENT' };
  });
  print(table(lines).replace(/^/gm, '     '));
  if (lines.some(({ verdict }) => verdict !== 'same')) throw new Fault('permanent', 'source and target differ');
}
