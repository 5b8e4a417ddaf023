import { monotonic } from '../base/clock.js';
import { lookAtScaling } from '../control/metric.js';
import type { Settings } from '../control/settings.js';
import type { Db } from '../db/db.js';
import {
  beginScaling,
  nextScaling,
  shares,
  type Bottleneck,
  type Bounds,
  type Look,
  type Scaling,
  type SideName,
} from '../plan/scale.js';
import type { Chronicle } from '../run/chronicle.js';
import type { Children } from './children.js';
import type { Context } from './context.js';

/** Long enough that a step shows in the rate. */
const LOOK_SECONDS = 20;
const SIDES = ['extract', 'load'] as const;

/** Makes readers and loaders of this host more or fewer, by what binds, where auto_scale says so. */
export class Scaler {
  private scaling: Scaling | undefined;
  private looked = -Infinity;
  private bytes = 0;

  constructor(
    private readonly context: Pick<Context, 'host' | 'cpus' | 'ownSnapshots'> & { readonly settings: () => Settings },
    private readonly children: Pick<Children, 'scale'>,
    private readonly chronicle: Pick<Chronicle, 'event'>,
    private readonly every = LOOK_SECONDS,
  ) {}

  async look(control: Db): Promise<void> {
    if (this.context.settings().auto_scale !== 'YES') return this.end();
    const seconds = monotonic() - this.looked;
    if (seconds < this.every) return;
    this.looked = monotonic();
    const sides = await lookAtScaling(control, this.context.host);
    const [side] = sides;
    const found = (what: 'workers' | 'pieces' | 'cpu') => (name: SideName) =>
      sides.find(({ role }) => role === name)?.[what] ?? 0;
    const loaded = side?.bytes ?? 0;
    const look: Look = {
      binds: side?.binds as Bottleneck | undefined,
      pieces: both(found('pieces')),
      cpu: both(found('cpu')),
      rate: (loaded - this.bytes) / seconds,
    };
    this.bytes = loaded;
    if (seconds === Infinity) return; // nothing to compare with yet
    await this.step(look, this.bounds(sides.reduce((sum, { workers }) => sum + workers, 0)));
  }

  private async step(look: Look, bounds: Bounds): Promise<void> {
    const before = (this.scaling ??= beginScaling(bounds));
    this.scaling = nextScaling(before, look, bounds);
    const { scale, why } = this.scaling;
    const changed = SIDES.filter((name) => JSON.stringify(scale[name]) !== JSON.stringify(before.scale[name]));
    for (const name of changed) {
      this.children.scale(name, shares(scale[name]));
      const { sessions, processes } = scale[name];
      await this.chronicle.event(`${name}: ${sessions} sessions in ${processes} processes: ${why}`);
    }
  }

  private bounds(living: number): Bounds {
    const { extract_connections: extract, load_connections: load, max_workers: most } = this.context.settings();
    const local = this.scaling
      ? this.scaling.scale.extract.sessions + this.scaling.scale.load.sessions
      : extract + load;
    return {
      ...{ least: { extract, load }, most, elsewhere: Math.max(0, living - local) },
      processes: this.context.cpus,
      fixed: this.context.ownSnapshots ? ['extract'] : [],
    };
  }

  /** Back to what the settings say. */
  private end(): void {
    if (this.scaling) for (const name of SIDES) this.children.scale(name, [undefined]);
    this.scaling = undefined;
  }
}

const both = (of: (name: SideName) => number): Record<SideName, number> => ({
  extract: of('extract'),
  load: of('load'),
});
