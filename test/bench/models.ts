import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectors } from '../../src/cli/connectors.js';
import { openLog } from '../../src/base/log.js';
import { readConfig } from '../../src/daemon/config.js';
import { openContext } from '../../src/daemon/context.js';
import { inspect } from '../../src/daemon/prepare.js';
import { capacityOf } from '../../src/daemon/schedule.js';
import { modelOf, type ExecutionModel } from '../../src/plan/comparison.js';
import { simulate } from '../../src/plan/simulate.js';
import { at, makeBed, one, type Bed } from './bed.js';
import { runOpenkite } from './running.js';

/** Tables of uneven sizes: the largest has three hundred times the rows of the smallest. */
const TABLES = 60;
const rowsOf = (i: number): number => Math.round(500 * 1.1 ** i);
const PHASES = ['reference', 'master', 'transaction', 'detail'];
const SESSIONS = 2;
/** What the coordinator takes at least between two waves. */
const BARRIER_SECONDS = 0.1;

const schema = (): string =>
  Array.from({ length: TABLES }, (_, i) => {
    const name = `t${String(i).padStart(2, '0')}`;
    const parent = i < PHASES.length ? '' : `, parent int REFERENCES t${String(i % PHASES.length).padStart(2, '0')}`;
    const value = parent === '' ? '' : `, i % 400 + 1`;
    return `CREATE TABLE ${name} (id int PRIMARY KEY, name text NOT NULL, made timestamptz NOT NULL${parent});
      INSERT INTO ${name} SELECT i, repeat(md5(i::text), 6), now() - i * interval '1 second'${value} FROM generate_series(1, ${rowsOf(i)}) AS i;
      CREATE INDEX ON ${name} (made);`;
  }).join('\n') + '\nANALYZE;';

interface Figures {
  readonly seconds: number;
  /** 0 to 1. */
  readonly utilisation: number;
}

/**
 * Both models for real, and in virtual time with the rates that the run before has measured. The very first run only warms up.
 */
export async function benchModels(): Promise<void> {
  const bed = await makeBed(schema());
  try {
    await measured(bed, 'frontier');
    for (const model of ['frontier', 'wave'] as const) {
      const { predicted } = await measured(bed, model);
      const { real } = await measured(bed, model);
      const off = (of: keyof Figures): string => `${(100 * (real[of] / predicted[of] - 1)).toFixed(1)} %`;
      console.log(
        `${model}: simulated ${words(predicted)}; real ${words(real)}; off by ${off('seconds')} and ${off('utilisation')}`,
      );
    }
  } finally {
    await bed.stop();
  }
}

const words = ({ seconds, utilisation }: Figures): string =>
  `${seconds.toFixed(1)} s at ${(100 * utilisation).toFixed(0)} % of ${2 * SESSIONS} workers`;

/** Runs it; how that went, and what the simulation says of another one by its rates. */
async function measured(bed: Bed, model: ExecutionModel): Promise<{ real: Figures; predicted: Figures }> {
  const target = await bed.target();
  const folder = mkdtempSync(join(tmpdir(), 'openkite-bench-'));
  const file = join(folder, 'openkite.yaml');
  const phases = PHASES.map((name, i) => ({
    name,
    tables: Array.from({ length: TABLES }, (_, k) => `public.t${String(k).padStart(2, '0')}`).filter(
      (_, k) => k % PHASES.length === i,
    ),
  }));
  writeFileSync(
    file,
    JSON.stringify({
      ...{ migration: 'bench', source: bed.source.href, target: target.href, chunks: { store: './chunks' }, phases },
      ...{ execution: { model }, settings: { extract_connections: SESSIONS, load_connections: SESSIONS } },
    }),
  );
  try {
    const code = await runOpenkite(file);
    if (code !== 0) throw new Error(`openkite run ended with ${code}`);
    return { real: await realOf(target), predicted: await predictedOf(file, model) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** From the first task to the last; a worker was at work while it had a piece of work in hand. */
async function realOf(target: URL): Promise<Figures> {
  return at(target, async (db) => {
    const seconds = Number(
      await one(db, `SELECT extract(epoch FROM max(finished_at) - min(started_at)) FROM wirekite.wirekite_task`),
    );
    const busy = Number(
      await one(db, `SELECT sum(busy_seconds) FROM wirekite.wirekite_worker WHERE role IN ('extract', 'load')`),
    );
    return { seconds, utilisation: busy / (2 * SESSIONS * seconds) };
  });
}

async function predictedOf(file: string, model: ExecutionModel): Promise<Figures> {
  const config = readConfig(file);
  const context = await openContext(config, 'bench', await connectors(), openLog('bench'));
  try {
    const { plan } = await inspect(context);
    if (!plan?.measured) throw new Error('the plan goes by guesses');
    const { makespan, utilisation } = simulate(
      plan.schedule.tasks,
      capacityOf(config),
      modelOf(model, BARRIER_SECONDS),
    );
    return { seconds: makespan, utilisation };
  } finally {
    await context.control.drop();
  }
}
