/** Does a pattern like `public.*` name this table (`schema.table`, unescaped)? `*` stands for any run of characters; case matters. */
export const fits = (pattern: string, name: string): boolean =>
  pattern.includes('*') ? expression(pattern).test(name) : pattern === name;

const expression = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );
