/** What readers and loaders of this host are: sessions of both kinds, and the processes that share them. */
export interface Scale {
  readonly extract: Side;
  readonly load: Side;
}

export type SideName = keyof Scale;

export interface Side {
  readonly sessions: number;
  readonly processes: number;
}

/** What binds, as `wirekite_bottleneck` names it. */
export type Bottleneck = 'source' | 'disk' | 'network' | 'cpu' | 'target' | 'locks' | 'throttle';

/** One look at the migration. */
export interface Look {
  readonly binds: Bottleneck | undefined;
  /** Pieces of work that wait for each side, or are in its hands. */
  readonly pieces: Readonly<Record<SideName, number>>;
  /** What each side's processes use of a CPU. */
  readonly cpu: Readonly<Record<SideName, number>>;
  /** Bytes a second that arrive on the target. */
  readonly rate: number;
}

export interface Bounds {
  /** By the settings: what it begins with, and never less. */
  readonly least: Readonly<Record<SideName, number>>;
  /** Sessions of both sides together, also of other hosts. */
  readonly most: number;
  /** Sessions of other hosts. */
  readonly elsewhere: number;
  /** Processes of both sides together: more of them would only share this host's CPUs. */
  readonly processes: number;
  /** Sides that stay as they are: a snapshot that only its own process can read under. */
  readonly fixed: readonly SideName[];
}

/** Where scaling stands: how many there are, and what the last step is to prove. */
export interface Scaling {
  readonly scale: Scale;
  /** In words, for who looks why there are so many. */
  readonly why: string;
  /** The last step, and the rate before it: it has to be worth something, or is taken back. */
  readonly tried: { readonly before: Scale; readonly rate: number } | undefined;
  /** Looks until another step is tried, after one that was worth nothing. */
  readonly rest: number;
}

/** A step is worth keeping if it brings so much more. */
const WORTH = 1.05;
/** Looks after a step that was taken back. */
const REST = 8;

export function beginScaling({ least }: Bounds): Scaling {
  const side = (sessions: number): Side => ({ sessions, processes: 1 });
  return { scale: { extract: side(least.extract), load: side(least.load) }, why: START, tried: undefined, rest: 0 };
}

const SIDES = ['extract', 'load'] as const;
const START = 'as many as the settings say';

/**
 * One more where more is wanted, and back where that was worth nothing: hill climbing with steps of one, since nobody knows
 * beforehand whether a server that is waited for answers more sessions better or worse. What binds says which side grows;
 * against locks, throttles, the network and the disk more sessions do not help. A side for which little waits shrinks.
 */
export function nextScaling(now: Scaling, look: Look, bounds: Bounds): Scaling {
  const least = within(now.scale, bounds);
  if (least !== now.scale) return { ...now, scale: least, why: START, tried: undefined };
  if (now.tried && look.rate < now.tried.rate * WORTH)
    return { scale: now.tried.before, why: 'one more was worth nothing', tried: undefined, rest: REST };
  const settled = { ...now, tried: undefined, rest: Math.max(0, now.rest - 1) };
  const smaller = shrunk(now.scale, look, bounds);
  if (smaller) return { ...settled, scale: smaller, why: 'little waits' };
  if (settled.rest > 0) return settled;
  const step = grown(now.scale, look, bounds);
  return step ? { ...step, tried: { before: now.scale, rate: look.rate }, rest: 0 } : settled;
}

/** What the settings say holds at once when they change. */
function within(scale: Scale, { least }: Bounds): Scale {
  if (SIDES.every((name) => scale[name].sessions >= least[name])) return scale;
  const side = (name: SideName): Side => ({ ...scale[name], sessions: Math.max(scale[name].sessions, least[name]) });
  return { extract: side('extract'), load: side('load') };
}

interface Step {
  readonly scale: Scale;
  readonly why: string;
}

function grown(scale: Scale, look: Look, bounds: Bounds): Step | undefined {
  if (look.binds === 'source') return oneMore(scale, 'extract', look, bounds);
  if (look.binds === 'target') return oneMore(scale, 'load', look, bounds);
  if (look.binds === 'cpu')
    return oneMoreProcess(scale, look.cpu.extract > look.cpu.load ? 'extract' : 'load', look, bounds);
  return undefined;
}

function oneMore(scale: Scale, side: SideName, look: Look, bounds: Bounds): Step | undefined {
  const { sessions } = scale[side];
  if (isFull(scale, bounds) || look.pieces[side] <= sessions || bounds.fixed.includes(side)) return undefined;
  return { scale: { ...scale, [side]: { ...scale[side], sessions: sessions + 1 } }, why: `${look.binds} binds` };
}

const isFull = ({ extract, load }: Scale, { most, elsewhere }: Bounds): boolean =>
  extract.sessions + load.sessions + elsewhere >= most;

/** Its sessions are shared anew, for those of one process wait for its one thread; each has one at least. */
function oneMoreProcess(scale: Scale, side: SideName, look: Look, bounds: Bounds): Step | undefined {
  const { sessions, processes } = scale[side];
  if (scale.extract.processes + scale.load.processes >= bounds.processes || bounds.fixed.includes(side))
    return undefined;
  if (look.pieces[side] <= processes || (processes === sessions && isFull(scale, bounds))) return undefined;
  const more = { sessions: Math.max(sessions, processes + 1), processes: processes + 1 };
  return { scale: { ...scale, [side]: more }, why: 'cpu binds' };
}

function shrunk(scale: Scale, { pieces }: Look, { least }: Bounds): Scale | undefined {
  const side = SIDES.find((name) => scale[name].sessions > least[name] && pieces[name] < scale[name].sessions - 1);
  if (!side) return undefined;
  const sessions = scale[side].sessions - 1;
  return { ...scale, [side]: { sessions, processes: Math.min(scale[side].processes, sessions) } };
}

/** How many sessions each process of a side has: they differ by one at most. */
export function shares({ sessions, processes }: Side): number[] {
  return Array.from({ length: processes }, (_, i) => Math.floor((sessions + processes - 1 - i) / processes));
}
