/** A name as it must stand in SQL: always quoted, so that no keyword list is needed. */
export const quoteIdentifier = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** `user@host`, or `user` from anywhere, as an account. */
export function quoteAccount(login: string): string {
  const at = login.lastIndexOf('@');
  const [user, host] = at < 0 ? [login, '%'] : [login.slice(0, at), login.slice(at + 1)];
  return `${quoteIdentifier(user)}@${quoteIdentifier(host)}`;
}

/** All of a database, in a GRANT: its name is a pattern there. */
export const quotePlace = (database: string): string => `${quoteIdentifier(database.replace(/[\\_%]/g, '\\$&'))}.*`;

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
