/** Both models in virtual time: what holds for any plan, and what was counted by hand for some. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalPath } from '../../../src/plan/critical-path.js';
import { compare } from '../../../src/plan/graph.js';
import { modelOf, type ExecutionModel } from '../../../src/plan/comparison.js';
import { simulate, type Simulation, type Span } from '../../../src/plan/simulate.js';
import { NOTHING, RESOURCES, type Resources, type Task } from '../../../src/plan/task.js';
import { LIMITLESS, shuffled, task } from './fake.js';

const MODELS: readonly ExecutionModel[] = ['wave', 'frontier'];
const CLOSE = 1e-6;

interface Given {
  readonly seconds: number;
  readonly needs: readonly number[];
  readonly phase: number;
  readonly priority: number;
  /** A slice and a chunk of so much disk; else a task that uses these. */
  readonly disk: number | undefined;
  readonly uses: { readonly source: number; readonly memory: number; readonly cpu: number };
}

const given: fc.Arbitrary<Given> = fc.record({
  ...{ seconds: fc.nat(20), needs: fc.array(fc.nat(20), { maxLength: 3 }), phase: fc.integer({ min: 1, max: 3 }) },
  ...{ priority: fc.nat(5), disk: fc.option(fc.nat(12), { nil: undefined }) },
  uses: fc.record({ source: fc.nat(1), memory: fc.nat(9), cpu: fc.nat(2) }),
});

const capacities: fc.Arbitrary<Resources> = fc.record({
  ...{ workers: fc.integer({ min: 1, max: 4 }), source: fc.integer({ min: 1, max: 3 }), target: fc.constant(2) },
  ...{ disk: fc.integer({ min: 1, max: 20 }), cpu: fc.constantFrom(1, 2, Infinity), memory: fc.constantFrom(5, 20) },
});

/** Each needs earlier ones; phases go up along needs, as a plan's do. */
function tasksOf(all: readonly Given[]): Task[] {
  const made: Task[] = [];
  const phaseOf = (ids: readonly string[], own: number): number =>
    Math.max(own, ...ids.map((id) => made.find((one) => one.id === id)?.phase ?? 1));
  for (const [i, { seconds, needs, phase, priority, disk, uses }] of all.entries()) {
    const ids = [...new Set(needs.filter((need) => need < i))].map((need) => `t${need}`);
    const more = { priority, phase: phaseOf(ids, phase) };
    const own = { ...NOTHING, workers: 1, ...uses };
    if (disk === undefined) made.push(task(`t${i}`, seconds, ids, { ...more, takes: own, gives: own }));
    else {
      const reads = { ...NOTHING, workers: 1, source: 1 };
      const loads = { ...NOTHING, workers: 1, target: 1 };
      made.push(task(`slice ${i}`, seconds, ids, { ...more, takes: { ...reads, disk }, gives: reads }));
      made.push(task(`t${i}`, 1, [`slice ${i}`], { ...more, takes: loads, gives: { ...loads, disk } }));
    }
  }
  return made;
}

const plans = fc.array(given, { minLength: 1, maxLength: 14 }).map(tasksOf);

const spans = ({ schedule }: Simulation): (Span & { task: Task })[] =>
  schedule.filter((span): span is Span & { task: Task } => span.task !== undefined);

const atMost = (wanted: number, all: number): number => Math.min(wanted, all);

/** What is in use after everything that happens at each moment; ends come before beginnings. */
function expectWithin(run: Simulation, capacity: Resources): void {
  const moments = [...new Set(spans(run).flatMap(({ start, end }) => [start, end]))];
  for (const now of moments)
    for (const resource of RESOURCES) {
      const [taken, given] = [
        spans(run)
          .filter(({ start }) => start <= now)
          .map(({ task: { takes } }) => takes[resource]),
        spans(run)
          .filter(({ end }) => end <= now)
          .map(({ task: { gives } }) => gives[resource]),
      ];
      const sum = (all: readonly number[]) => all.reduce((total, one) => total + atMost(one, capacity[resource]), 0);
      expect(sum(taken) - sum(given)).toBeLessThanOrEqual(capacity[resource]);
    }
}

describe.each(MODELS)('of any plan, the %s', (name) => {
  const model = modelOf(name, 0);

  it('ends all tasks, none before what it needs, and exceeds nothing', () => {
    fc.assert(
      fc.property(plans, capacities, (tasks, capacity) => {
        const run = simulate(tasks, capacity, model);
        const ends = new Map(spans(run).map(({ task: { id }, end }) => [id, end]));
        expect(ends.size).toBe(tasks.length);
        for (const { task: one, start, end } of spans(run)) {
          expect(end).toBe(start + one.seconds);
          for (const need of one.needs) expect(ends.get(need)).toBeLessThanOrEqual(start);
        }
        expectWithin(run, capacity);
      }),
    );
  });

  it('takes no less than the critical path, nor than all work by all workers', () => {
    fc.assert(
      fc.property(plans, capacities, (tasks, capacity) => {
        const { makespan, work, idle, utilisation } = simulate(tasks, capacity, model);
        expect(makespan).toBeGreaterThanOrEqual(criticalPath(tasks).makespan - CLOSE);
        expect(makespan * capacity.workers).toBeGreaterThanOrEqual(work - CLOSE);
        expect(work).toBe(tasks.reduce((sum, { seconds }) => sum + seconds, 0));
        expect(idle).toBeCloseTo(makespan * capacity.workers - work);
        expect(utilisation).toBeGreaterThanOrEqual(0);
        expect(utilisation).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is the same for the same tasks, in whatever order they are told', () => {
    fc.assert(
      fc.property(plans, capacities, (tasks, capacity) => {
        expect(simulate(shuffled(tasks), capacity, model)).toEqual(simulate(tasks, capacity, model));
      }),
    );
  });
});

it('the wave never has two phases at a time, and rests between them', () => {
  fc.assert(
    fc.property(plans, capacities, fc.nat(3), (tasks, capacity, barrier) => {
      const run = simulate(tasks, capacity, modelOf('wave', barrier));
      for (const { task: early, end } of spans(run))
        for (const { task: late, start } of spans(run))
          if (early.phase < late.phase) expect(start).toBeGreaterThanOrEqual(end + barrier);
      const phases = new Set(tasks.map(({ phase }) => phase)).size;
      expect(run.schedule.length - spans(run).length).toBe(barrier === 0 ? 0 : phases - 1);
    }),
  );
});

it('without limits the frontier takes exactly the critical path', () => {
  fc.assert(
    fc.property(plans, (tasks) => {
      const { makespan } = simulate(tasks, LIMITLESS, modelOf('frontier', 0));
      expect(makespan).toBeCloseTo(criticalPath(tasks).makespan);
    }),
  );
});

/** By starts, then by ids. */
const order = (run: Simulation): string =>
  [...spans(run)]
    .sort((a, b) => a.start - b.start || compare(a.task.id, b.task.id))
    .map(({ task: { id }, start }) => `${id}@${start}`)
    .join(' ');

describe('the next task', () => {
  const two = { ...LIMITLESS, workers: 2 };

  it('is the most urgent one, of equals that with less slack, then by id', () => {
    const tasks = [
      task('a', 1, [], { slack: 5 }),
      task('b', 1, [], { slack: 1 }),
      task('c', 1, [], { slack: 1 }),
      task('d', 1, [], { priority: 2 }),
    ];
    expect(order(simulate(tasks, { ...LIMITLESS, workers: 1 }, modelOf('frontier', 0)))).toBe('d@0 b@1 c@2 a@3');
  });

  it('is not one of a later wave, though a worker is free', () => {
    const tasks = [task('a', 5), task('b', 1), task('c', 1, [], { phase: 2, priority: 9 })];
    expect(order(simulate(tasks, two, modelOf('wave', 0)))).toBe('a@0 b@0 c@5');
    expect(order(simulate(tasks, two, modelOf('frontier', 0)))).toBe('a@0 c@0 b@1');
  });

  it('is not a small one again and again while a large one waits for the same', () => {
    const memory = (bytes: number) => ({ ...NOTHING, workers: 1, memory: bytes });
    const uses = (bytes: number, priority: number) => ({ takes: memory(bytes), gives: memory(bytes), priority });
    const tasks = [
      task('small 1', 4, [], uses(5, 3)),
      task('large', 1, [], uses(8, 2)),
      task('small 2', 1, [], uses(5, 1)),
      task('other', 1),
    ];
    const run = simulate(tasks, { ...LIMITLESS, workers: 3, memory: 10 }, modelOf('frontier', 0));
    expect(order(run)).toBe('other@0 small 1@0 large@4 small 2@5');
  });
});

it('what wants more than there is takes all there is', () => {
  const greedy = { ...NOTHING, workers: 1, memory: 100 };
  const tasks = ['a', 'b'].map((id) => task(id, 2, [], { takes: greedy, gives: greedy }));
  expect(simulate(tasks, { ...LIMITLESS, memory: 10 }, modelOf('frontier', 0)).makespan).toBe(4);
});

it('says so where tasks wait for each other’s space for ever', () => {
  const keeps = (id: string) => task(id, 1, [], { takes: { ...NOTHING, workers: 1, disk: 6 } });
  const frees = task('c', 1, ['a', 'b'], { gives: { ...NOTHING, workers: 1, disk: 12 } });
  expect(() => simulate([keeps('a'), keeps('b'), frees], { ...LIMITLESS, disk: 10 }, modelOf('frontier', 0))).toThrow(
    /2 tasks wait for each other for ever, b among them/,
  );
});

describe('checkpoints are taken', () => {
  const tasks = [task('a', 600), task('b', 600, ['a']), task('c', 800, ['b'], { phase: 2 })];
  const count = (checkpoints: object) =>
    simulate(tasks, LIMITLESS, { ready: modelOf('frontier', 0).ready, checkpoints }).checkpoints;

  it('by time, but not at the end', () => {
    expect(count({ everySeconds: 900 })).toBe(2);
    expect(count({ everySeconds: 1000 })).toBe(1);
  });

  it('by progress, once for several parts at a time', () => {
    expect(count({ everyShare: 0.25 })).toBe(3); // 30 %, 60 %, 100 %
    expect(count({ everyShare: 0.5 })).toBe(2);
  });

  it('at the end of phases; several reasons at a moment are one', () => {
    expect(count({ atPhases: true })).toBe(2);
    expect(count({ atPhases: true, everySeconds: 1200, everyShare: 0.5 })).toBe(2);
    expect(count({})).toBe(0);
  });
});

it('a plan of nothing takes no time', () => {
  expect(simulate([], LIMITLESS, modelOf('wave', 5))).toMatchObject({ makespan: 0, utilisation: 1, schedule: [] });
});
