import { duration } from './duration.js';
import { grouped } from './graph.js';
import type { Span } from './simulate.js';

export interface Bar {
  readonly start: number;
  readonly end: number;
  /** One character. */
  readonly mark: string;
}

export interface GanttRow {
  readonly label: string;
  readonly bars: readonly Bar[];
}

/** Characters of a label, and of the time beside it. */
const LABEL = 32;
const WIDTH = 80;

/** Kinds of tasks that are drawn alike; all others are `x`. */
const MARKS: Readonly<Record<string, string>> = {
  slice: 's',
  chunk: 'c',
  index: 'i',
  'primary key': 'i',
  unique: 'i',
  exclusion: 'i',
  'foreign key': 'v',
  check: 'v',
  'not null': 'v',
  analyze: 'a',
};

export const LEGEND =
  's slices read, c chunks loaded, i indexes, v constraints validated, a analyzed, x else, = barrier';

/** A line each, of fixed width; a column is drawn by what takes most of its time. Times in seconds. */
export function gantt(rows: readonly GanttRow[], makespan: number): string {
  const lines = rows.map(({ label, bars }) => `${shortened(label)} |${drawn(bars, makespan)}|`);
  const to = duration(makespan);
  const axis = `${' '.repeat(LABEL)}  0${to.padStart(WIDTH - 1)}`;
  return [...lines, axis].join('\n');
}

const shortened = (label: string): string =>
  label.length > LABEL ? `${label.slice(0, LABEL - 1)}…` : label.padEnd(LABEL);

function drawn(bars: readonly Bar[], makespan: number): string {
  const shares = new Map<string, number[]>();
  for (const bar of bars.filter(({ start, end }) => end > start)) share(bar, makespan / WIDTH, shares);
  return Array.from({ length: WIDTH }, (_, column) => {
    let [mark, most] = [' ', 0];
    for (const [other, seconds] of shares)
      if ((seconds[column] ?? 0) > most) [mark, most] = [other, seconds[column] ?? 0];
    return mark;
  }).join('');
}

/** Adds to each column how much of it the bar takes. */
function share({ start, end, mark }: Bar, column: number, shares: Map<string, number[]>): void {
  const seconds = shares.get(mark) ?? new Array<number>(WIDTH).fill(0);
  shares.set(mark, seconds);
  for (let i = Math.floor(start / column); i < WIDTH && i * column < end; i++)
    seconds[i] = (seconds[i] ?? 0) + Math.min(end, (i + 1) * column) - Math.max(start, i * column);
}

const barOf = ({ task, start, end }: Span): Bar => ({
  ...{ start, end },
  mark: task === undefined ? '=' : (MARKS[task.kind] ?? 'x'),
});

const isDrawn = ({ start, end }: Span): boolean => end > start;

/** One row a task, in the order of their starts. */
export const taskRows = (schedule: readonly Span[]): GanttRow[] =>
  inOrder([...grouped(schedule.filter(isDrawn), ({ task }) => task?.id ?? 'barrier')].map(rowOf));

/** One row a table, the `most` that take most work; what is of no table is one row more. */
export function tableRows(schedule: readonly Span[], most: number): GanttRow[] {
  const label = ({ task }: Span) => (task === undefined ? 'barriers' : (task.table ?? 'of no table'));
  const rows = [...grouped(schedule.filter(isDrawn), label)].map(rowOf);
  return inOrder(rows.sort((a, b) => workOf(b) - workOf(a)).slice(0, most));
}

const rowOf = ([label, spans]: [string, Span[]]): GanttRow => ({ label, bars: spans.map(barOf) });

const workOf = ({ bars }: GanttRow): number => bars.reduce((sum, { start, end }) => sum + end - start, 0);

const startOf = ({ bars }: GanttRow): number => bars.reduce((least, { start }) => Math.min(least, start), Infinity);

const inOrder = (rows: readonly GanttRow[]): GanttRow[] => [...rows].sort((a, b) => startOf(a) - startOf(b));
