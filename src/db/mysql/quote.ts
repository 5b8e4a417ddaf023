/** A name as it must stand in SQL: always quoted, so that no keyword list is needed. */
export const quoteIdentifier = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\n': '\\n',
  '\r': '\\r',
  '\x1a': '\\Z',
  "'": "''",
  '\\': '\\\\',
};

/** A string as a literal. Sessions are pinned to an sql_mode in which a backslash escapes. */
export const quoteLiteral = (text: string): string => `'${text.replace(/[\0\n\r\x1a'\\]/g, (c) => ESCAPES[c] ?? c)}'`;

/** A value as it must stand in SQL. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`;
  return quoteLiteral(typeof value === 'string' ? value : JSON.stringify(value));
}
