/** What a table of these declared types takes of a row, of which there is only so much. */
const ROW = 65_000;
const PAGE = 8_000;
const COLUMNS = 1_017;

/** Why it cannot be made. */
export function misfit(types: readonly string[]): string | undefined {
  const sum = (size: (type: string) => number) => types.reduce((all, type) => all + size(type), 0);
  if (types.length === 0) return 'has no column that could be made there';
  if (types.length > COLUMNS) return `has ${types.length} columns, and there may be ${COLUMNS}`;
  if (sum(bytesOf) > ROW) return 'is wider than a row may be there, 65,535 bytes';
  return sum(inPage) > PAGE ? 'is wider than half a page, which a row may be there' : undefined;
}

function bytesOf(type: string): number {
  const [, , shape = '', length = '0'] = /^(var)?(char|binary)\((\d+)\)/.exec(type) ?? [];
  if (shape !== '') return Number(length) * (type.includes('utf8mb4') ? 4 : 1) + 2;
  if (/^(long)?(text|blob)|geometry|point|linestring|polygon/.test(type)) return 12;
  return /^(decimal|uuid|inet)/.test(type) ? 30 : 8;
}

/** Of what is longer than 255 bytes, the row keeps where it is. */
const inPage = (type: string): number => (bytesOf(type) > 257 ? 40 : bytesOf(type) + 8);

/** What it takes of a key, whole. */
export const keyBytes = (type: string): number => (/^long/.test(type) ? Infinity : Math.max(bytesOf(type) - 2, 8));
