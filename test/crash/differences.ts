/** In which rows two databases differ, where they do: what was lost, and what is there that should not be. */
import { contentsOf, rowHashes, withSession } from './contents.js';

export interface Difference {
  readonly table: string;
  /** Rows of the source, each as often as it is missing on the target. */
  readonly lost: number;
  /** Rows of the target, each as often as the source has not got it. */
  readonly doubled: number;
  /** Some of both, beginning with - and +, cut. */
  readonly rows: readonly string[];
}

const SHOWN = 6;

/** Of all tables but the control tables. Each side is read in one snapshot. */
export async function differencesOf(source: URL, target: URL): Promise<Difference[]> {
  const [wanted, found] = await Promise.all([contentsOf(source), contentsOf(target)]);
  const tables = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  const differing = tables.filter((table) => wanted[table] !== found[table]);
  return Promise.all(differing.map((table) => differenceOf(table, source, target)));
}

async function differenceOf(table: string, source: URL, target: URL): Promise<Difference> {
  const [wanted, found] = await Promise.all([source, target].map((url) => rowsOf(url, table)));
  const lost = surplus(wanted!, found!);
  const doubled = surplus(found!, wanted!);
  const rows = [...lost.keys()].slice(0, SHOWN).map((row) => `- ${row}`);
  rows.push(...[...doubled.keys()].slice(0, SHOWN).map((row) => `+ ${row}`));
  return { table, lost: sum(lost), doubled: sum(doubled), rows };
}

/** How often each row is there: by its hash, and its beginning for a person to read. */
async function rowsOf(url: URL, table: string): Promise<Map<string, number>> {
  const rows = await withSession(url, (db) => rowHashes(db, table));
  return new Map(rows.map(({ row, copies }) => [row, copies]));
}

const surplus = (of: Map<string, number>, over: Map<string, number>): Map<string, number> =>
  new Map([...of].map(([row, copies]) => [row, copies - (over.get(row) ?? 0)] as const).filter(([, more]) => more > 0));

const sum = (rows: Map<string, number>): number => [...rows.values()].reduce((all, more) => all + more, 0);
