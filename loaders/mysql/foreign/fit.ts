/** What a table of these declared types takes of a row, of which there is only so much. */
const ROW = 65_000;
const COLUMNS = 1_017;
/** Half a page, without what the server itself keeps with a row. */
const PAGE = 8_090;

/** Why it cannot be made. */
export function misfit(types: readonly string[]): string | undefined {
  const sum = (size: (type: string) => number) => types.reduce((all, type) => all + size(type), 0);
  if (types.length === 0) return 'has no column that could be made there';
  if (types.length > COLUMNS) return `has ${types.length} columns, and there may be ${COLUMNS}`;
  if (sum(bytesOf) > ROW) return 'is wider than a row may be there, 65,535 bytes';
  return sum(inPage) + types.length / 8 > PAGE ? 'is wider than a row may be there, half a page' : undefined;
}

const FIXED: readonly (readonly [RegExp, number])[] = [
  [/^(tinyint|year)/, 1],
  [/^(smallint|enum)/, 2],
  [/^(mediumint|date\b)/, 3],
  [/^(int|float|inet4)/, 4],
  [/^time/, 6],
  [/^(decimal|inet6|uuid)/, 30],
];

/** Of a text or bytes without a bound, the row has only where they are. */
const ELSEWHERE = 24;

function bytesOf(type: string): number {
  const declared = declaredBytes(type);
  if (declared !== undefined) return declared + 2;
  if (/^long|geometry|point|linestring|polygon/.test(type)) return ELSEWHERE;
  return FIXED.find(([words]) => words.test(type))?.[1] ?? 8;
}

function declaredBytes(type: string): number | undefined {
  const length = /^(?:var)?(?:char|binary)\((\d+)\)/.exec(type)?.[1];
  return length === undefined ? undefined : Number(length) * (type.includes('utf8mb4') ? 4 : 1);
}

/** What may be longer than 255 bytes is kept elsewhere when there is no room. */
const inPage = (type: string): number => ((declaredBytes(type) ?? 0) > 255 ? ELSEWHERE : bytesOf(type));

/** What it takes of a key, whole. */
export const keyBytes = (type: string): number =>
  /^long/.test(type) ? Infinity : Math.max(declaredBytes(type) ?? bytesOf(type), 8);
