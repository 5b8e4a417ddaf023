import type { TableName } from '../model/schema.js';
import type { Timing } from './critical-path.js';
import type { Node } from './graph.js';

/** What tasks share: workers, connections to the source and to the target, bytes of chunk files, CPUs, bytes of memory. */
export const RESOURCES = ['workers', 'source', 'target', 'disk', 'cpu', 'memory'] as const;

/** An amount of each; Infinity: it is not limited. */
export type Resources = Readonly<Record<(typeof RESOURCES)[number], number>>;

/** A piece of work of the plan, as a scheduler sees it; when it may be done, by the critical path method. */
export interface Task extends Node, Timing {
  readonly kind: string;
  readonly table: TableName | undefined;
  /** From 1. It is never before that of a task that it needs. */
  readonly phase: number;
  /** How long it is expected to take a worker, in seconds. 0 for an event. */
  readonly seconds: number;
  /** The higher, the earlier: `priority.ts`. Of equals that with less slack goes first. */
  readonly priority: number;
  /** What it takes when it begins. */
  readonly takes: Resources;
  /** What it gives back when it ends: a slice leaves its file on the disk, and the chunk that loads it gives that space back. */
  readonly gives: Resources;
}

export const NOTHING: Resources = { workers: 0, source: 0, target: 0, disk: 0, cpu: 0, memory: 0 };

/** One worker with one connection. */
export const READER: Resources = { ...NOTHING, workers: 1, source: 1, cpu: 1 };
export const WRITER: Resources = { ...NOTHING, workers: 1, target: 1, cpu: 1 };

/** `a + sign × b`. */
export const combine = (a: Resources, sign: 1 | -1, b: Resources): Resources => ({
  workers: a.workers + sign * b.workers,
  source: a.source + sign * b.source,
  target: a.target + sign * b.target,
  disk: a.disk + sign * b.disk,
  cpu: a.cpu + sign * b.cpu,
  memory: a.memory + sign * b.memory,
});

export const fits = (wanted: Resources, free: Resources): boolean =>
  RESOURCES.every((resource) => wanted[resource] <= free[resource]);

/** What is larger than all there is takes all there is: it has to be done, alone. */
export const atMost = (wanted: Resources, all: Resources): Resources => ({
  workers: Math.min(wanted.workers, all.workers),
  source: Math.min(wanted.source, all.source),
  target: Math.min(wanted.target, all.target),
  disk: Math.min(wanted.disk, all.disk),
  cpu: Math.min(wanted.cpu, all.cpu),
  memory: Math.min(wanted.memory, all.memory),
});
