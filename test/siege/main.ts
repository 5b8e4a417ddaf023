/**
 * `npm run siege -- --minutes 10 [--seed 1]`: a writer that never rests, two servers, and openkite between them, whose
 * processes are killed and frozen, whose connections are cut and whose servers crash. Exit 1 if anything was lost.
 */
import { parseArgs } from 'node:util';
import { startServer, type Server } from '../../extractors/postgres/server.js';
import { ACTS, type Act } from '../crash/acts.js';
import { fillPagila, makeChanging } from '../crash/fill.js';
import { PAGILA } from '../crash/pagila-acts.js';
import { Workplace } from '../crash/workplace.js';
import { Tap } from '../servers/tap.js';
import { COMMAND, crash, cut, cutWithin, FREEZE, KILL } from './mischief.js';
import { besiege, type Outcome } from './siege.js';

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
const minutes = Number(values.minutes ?? 10);
const seed = Number(values.seed ?? Date.now() % 1e9);
const SETTINGS = { fsync: 'off', full_page_writes: 'off', wal_level: 'logical' };

console.log(`siege of ${minutes} min, --seed ${seed}`);
const servers = {
  source: await startServer({ major: 15, settings: SETTINGS }),
  target: await startServer({ major: 18, settings: SETTINGS }),
};
try {
  process.exitCode = await siege(servers);
} finally {
  await Promise.all(Object.values(servers).map((server) => server.stop('immediate')));
}

async function siege({ source, target }: Record<'source' | 'target', Server>): Promise<number> {
  const taps = { source: await Tap.start(source.url()), target: await Tap.start(target.url()) };
  await makeChanging(source.url());
  const acts: readonly Act[] = (await fillPagila(source.url())) ? [...ACTS, ...PAGILA] : ACTS;
  const place = new Workplace({
    source: source.url(),
    target: target.url(),
    through: { source: taps.source.url, target: taps.target.url },
    changes: true,
    fullIdentity: ['public.twins'],
  });
  const kinds = [KILL, FREEZE, COMMAND, cut(taps), cutWithin(taps), crash(servers)];
  const limits = { seconds: minutes * 60, mischiefs: Infinity, pause: 4, largest: 100_000 };
  const outcome = await besiege(place, { seed, kinds, acts, ...limits });
  const code = tell(outcome, place);
  if (code === 0) await place.clear();
  else console.log(`left for a look: ${place.directory}`);
  await Promise.all(Object.values(taps).map((tap) => tap.stop()));
  return code;
}

function tell({ written, done, ended, code, catchingUp, differences, errors }: Outcome, place: Workplace): number {
  const sum = (pick: 'lost' | 'doubled') => differences.reduce((all, difference) => all + difference[pick], 0);
  console.log('writer:', written);
  console.log('done to it:', done);
  console.log('runs ended with:', ended);
  console.log(`caught up in ${catchingUp.toFixed(1)} s with exit code ${code}, ${errors} rows in wirekite_error`);
  for (const { table, rows } of differences) console.log(`${table}:\n  ${rows.join('\n  ')}`);
  console.log(`${sum('lost')} lost, ${sum('doubled')} doubled`);
  const well = code === 0 && errors === 0 && differences.length === 0;
  if (!well) console.log(place.runs.at(-1)?.said.slice(-5000));
  return well ? 0 : 1;
}
