import type { Finding, Grant } from '../connector/connector.js';
import type { Provision } from '../connector/extractor.js';
import type { ColumnMapping, Mapping } from '../connector/loader.js';
import type { PhaseProgress } from '../control/phase.js';
import type { Lag } from '../control/sample.js';
import type { Utilisation } from '../control/worker.js';
import type { Status } from '../control/status.js';
import type { Grants } from '../daemon/grants.js';
import type { Plan } from '../daemon/plan.js';
import { tableName } from '../model/schema.js';
import { duration } from '../plan/duration.js';

export const print = (text: string): void => void (text !== '' && process.stdout.write(`${text}\n`));

/** Names come from databases: control characters in them must not steer the terminal. */
export const visible = (text: string): string =>
  text.replace(
    /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const shown = (value: unknown): string =>
  value == null ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** Rows under their column names, as wide as they need. */
export function table(rows: readonly Record<string, unknown>[]): string {
  const names = Object.keys(rows[0] ?? {});
  const cells = [names, ...rows.map((row) => names.map((name) => visible(shown(row[name]))))];
  const widths = names.map((_, i) => cells.reduce((most, row) => Math.max(most, row[i]?.length ?? 0), 0));
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function bar(percent: number, width: number): string {
  const full = Math.round((Math.min(100, Math.max(0, percent)) / 100) * width);
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}]`;
}

/** `Phase 3 (transaction): [####....]  52 % (16 h)`, of one that is open. */
export function phaseBar({ phase, name, percent, seconds }: PhaseProgress): string {
  const time = seconds === undefined ? 'not begun' : duration(seconds);
  return `Phase ${phase} (${visible(name)}): ${bar(percent, 12)} ${percent.toFixed(0).padStart(3)} % (${time})`;
}

/** What a run came to: its phases, and how long it took with how many errors. */
export function showTotal(phases: readonly PhaseProgress[], status: Status, used?: Utilisation): string {
  const { elapsed_hours: hours, errors_recovered: recovered, errors_escalated: escalated } = status;
  const errors = `${recovered} errors recovered, ${escalated} escalated`;
  const lines = [...phases.map(phaseBar), `Total: ${duration((hours ?? 0) * 3600)}, ${errors}`];
  return [...lines, ...(used && used.allSeconds > 0 ? [utilisation(used)] : [])].join('\n');
}

const utilisation = ({ workers, busySeconds, allSeconds }: Utilisation): string =>
  `Utilisation: ${Math.round((100 * busySeconds) / allSeconds)} % of ${workers} readers and loaders`;

/** How far the target is behind its source. */
export function showLag({ seconds, bytes, transactions, tablesBehind }: Lag): string {
  const lag = `lag ${seconds.toFixed(1)} s, ${bytes.toLocaleString('en')} bytes, ${transactions.toLocaleString('en')} transactions`;
  return tablesBehind === 0 ? lag : `${lag}; tables behind: ${tablesBehind}`;
}

/** One line a finding, and under it what mends it. */
export const showFindings = (findings: readonly Finding[]): string =>
  findings
    .map(({ level, what, found, mend }) => `${MARKS[level]} ${what}: ${found}${mend ? `\n       ${mend}` : ''}`)
    .join('\n');

const MARKS = { ok: 'ok  ', warning: 'warn', failure: 'FAIL' } as const;

/** Where each table goes and what its columns become: those that change their type, or only those that lose something. */
export function showMapping({ tables }: Mapping, all: boolean): string {
  const lines = tables.flatMap(({ table: name, target, columns }) => {
    const told = columns.filter(
      (c) => all || c.type !== c.targetType || c.refuses !== undefined || c.loses !== undefined,
    );
    const names = Math.max(0, ...told.map(({ column }) => column.length));
    return [`${name} -> ${target}`, ...told.map((column) => showColumn(column, names))];
  });
  return lines.map(visible).join('\n');
}

function showColumn({ column, type, targetType, refuses, loses }: ColumnMapping, width: number): string {
  const notes = [refuses && `refuses ${refuses}`, loses && `loses ${loses}`].filter(Boolean).join('; ');
  return `  ${notes === '' ? ' ' : '!'} ${column.padEnd(width)}  ${type} -> ${targetType}${notes && `   ${notes}`}`;
}

/** Tables with their sizes, how many steps of which kind, and what is left out. */
export function showPlan({ schema, mapping, steps }: Plan): string {
  const withRows = schema.tables.filter((t) => t.hasRows).sort((a, b) => b.bytesEstimated - a.bytesEstimated);
  const tables = withRows.map((t) => ({
    table: tableName(t),
    rows: `~${t.rowsEstimated}`,
    bytes: `~${t.bytesEstimated}`,
  }));
  const counts = new Map<string, number>();
  for (const { kind } of steps) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [
    table(tables),
    '',
    [...counts].map(([kind, count]) => `${count} ${kind}`).join(', '),
    ...schema.notMoved.map((what) => `not moved: ${visible(what)}`),
    ...mapping.notMade.map((what) => `not made: ${visible(what)}`),
  ].join('\n');
}

/** What is made on the source, and what will not come from it. */
export function showProvision({ steps, partly }: Provision): string {
  const made = steps.flatMap(({ statements }) => statements.map((statement) => `  ${visible(statement)};`));
  return [
    ...(made.length > 0 ? ['to be made on the source:', ...made] : []),
    ...partly.map(({ table: name, why }) => `${visible(name)}: ${visible(why)}`),
  ].join('\n');
}

/** A script for each side, with the reason behind each statement. */
export const showGrants = ({ source, target }: Grants): string =>
  ['-- On the source:', ...source.map(showGrant), '', '-- On the target:', ...target.map(showGrant)].join('\n');

const showGrant = ({ statement, why }: Grant): string => visible(`${statement}; -- ${why}`);

export const showCutOver = (words: string): string =>
  visible(`The migration is cut over, and nothing is left to do: ${words}`);
