import { expect, it } from 'vitest';
import { beginScaling, nextScaling, shares, type Bounds, type Look, type Scaling } from '../../../src/plan/scale.js';

const BOUNDS: Bounds = { least: { extract: 2, load: 2 }, most: 8, elsewhere: 0, processes: 8, fixed: [] };
const LOOK: Look = { binds: 'target', pieces: { extract: 50, load: 50 }, cpu: { extract: 0.2, load: 0.3 }, rate: 100 };

/** Looks one after the other; the rate follows from how many there are. */
function climb(looks: number, rate: (now: Scaling) => number, look: Partial<Look> = {}, bounds: Partial<Bounds> = {}) {
  let now = beginScaling({ ...BOUNDS, ...bounds });
  const seen = [now.scale];
  for (let i = 0; i < looks; i += 1) {
    now = nextScaling(now, { ...LOOK, ...look, rate: rate(now) }, { ...BOUNDS, ...bounds });
    seen.push(now.scale);
  }
  return { now, seen };
}

const sessions = ({ now: { scale } }: { now: Scaling }) => [scale.extract.sessions, scale.load.sessions];

it('grows the side that is waited for, one at a time, up to max_workers, with those elsewhere', () => {
  const linear = ({ scale }: Scaling) => 100 * scale.load.sessions;
  expect(sessions(climb(2, linear))).toEqual([2, 4]);
  expect(sessions(climb(50, linear))).toEqual([2, 6]);
  expect(sessions(climb(50, linear, {}, { elsewhere: 3 }))).toEqual([2, 3]);
  expect(sessions(climb(50, linear, { binds: 'source' }))[1]).toBe(2);
});

it('takes back a step that was worth nothing, and does not try again at once', () => {
  const best = ({ scale }: Scaling) => 100 * Math.min(4, scale.load.sessions); // a fourth one helps, a fifth does not
  const { seen } = climb(13, best);
  expect(seen.map(({ load }) => load.sessions)).toEqual([2, 3, 4, 5, 4, 4, 4, 4, 4, 4, 4, 4, 5, 4]);
});

it('grows for nobody where more would not help, and no further than there is work', () => {
  for (const binds of ['locks', 'throttle', 'network', 'disk', undefined] as const)
    expect(sessions(climb(9, () => 1, { binds }))).toEqual([2, 2]);
  const rising = ({ scale }: Scaling) => 100 * scale.load.sessions;
  expect(sessions(climb(9, rising, { pieces: { extract: 50, load: 3 } }))).toEqual([2, 3]);
});

it('has more processes where they are busy themselves, as many as the host has CPUs for', () => {
  const rising = ({ scale }: Scaling) => 100 * scale.load.processes;
  const { now } = climb(9, rising, { binds: 'cpu' }, { processes: 4 });
  expect(now.scale).toEqual({ extract: { sessions: 2, processes: 1 }, load: { sessions: 3, processes: 3 } });
  expect(climb(9, rising, { binds: 'cpu' }, { processes: 2 }).now.scale.load.processes).toBe(1);
});

it('leaves a side alone whose snapshot no other session can join', () => {
  const rising = ({ scale }: Scaling) => 100 * scale.extract.sessions;
  expect(sessions(climb(9, rising, { binds: 'source' }, { fixed: ['extract'] }))).toEqual([2, 2]);
});

it('shrinks to the settings when little waits, and follows them when they are raised', () => {
  const { now } = climb(3, ({ scale }) => 100 * scale.load.sessions);
  const idle = { ...LOOK, pieces: { extract: 0, load: 0 }, rate: 1000 };
  let later = now;
  for (let i = 0; i < 9; i += 1) later = nextScaling(later, idle, BOUNDS);
  expect(sessions({ now: later })).toEqual([2, 2]);
  const raised = nextScaling(now, LOOK, { ...BOUNDS, least: { extract: 4, load: 2 } });
  expect(raised.scale.extract.sessions).toBe(4);
});

it('shares sessions among processes so that they differ by one at most', () => {
  expect(shares({ sessions: 7, processes: 3 })).toEqual([3, 2, 2]);
  expect(shares({ sessions: 2, processes: 2 })).toEqual([1, 1]);
});
