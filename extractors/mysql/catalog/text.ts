/** Reads the text of SHOW CREATE: quoted names and strings, and what stands between brackets, are taken whole. */

const PIECE = /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`]|``)*`|[\s\S]/g;

/** A part of a text, and where it begins there. */
export interface Part {
  readonly text: string;
  readonly at: number;
}

/** Cuts at what `separates`, but not within quotes or brackets. Empty parts are left out. */
export function partsOf(text: string, separates: (piece: string) => boolean): Part[] {
  const parts: Part[] = [];
  let depth = 0;
  let start = 0;
  const cut = (end: number, next: number): void => {
    if (end > start) parts.push({ text: text.slice(start, end), at: start });
    start = next;
  };
  for (const { 0: piece, index } of text.matchAll(PIECE)) {
    if (piece === '(') depth += 1;
    else if (piece === ')') depth -= 1;
    else if (depth === 0 && separates(piece)) cut(index, index + piece.length);
  }
  cut(text.length, text.length);
  return parts;
}

/** `a`, `DEFAULT`, `concat('x', 'y')`: without the marks of comments that only some versions read. */
export const wordsOf = (text: string): Part[] =>
  partsOf(text, (piece) => /^\s$/.test(piece)).filter((word) => !/^(\/\*M?!\d+|\*\/)$/.test(word.text));

export const listOf = (text: string): string[] =>
  partsOf(text, (piece) => piece === ',').map((part) => part.text.trim());

/** Where the bracket that opens at `open` is closed. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (const { 0: piece, index } of text.slice(open).matchAll(PIECE)) {
    if (piece === '(') depth += 1;
    if (piece === ')') depth -= 1;
    if (depth === 0) return open + index;
  }
  return text.length;
}

/** What is between the first bracket and the one that closes it, and what comes after. */
export function bracketed(text: string): { readonly inside: string; readonly after: string } {
  const open = text.indexOf('(');
  const close = closing(text, open);
  return { inside: text.slice(open + 1, close), after: text.slice(close + 1) };
}

/** The name that a text begins with, and what follows it. */
export function leadingName(text: string): { readonly name: string; readonly rest: string } | undefined {
  const quoted = /^`((?:[^`]|``)*)`\s*/.exec(text);
  if (!quoted) return undefined;
  return { name: (quoted[1] ?? '').replaceAll('``', '`'), rest: text.slice(quoted[0].length) };
}

const ESCAPED: Readonly<Record<string, string>> = { '0': '\0', n: '\n', r: '\r', t: '\t', b: '\b', Z: '\x1a' };

/** What a string literal says; undefined when the text is none. */
export function unquoted(text: string): string | undefined {
  const inside = /^(?:_\w+\s*)?'((?:[^'\\]|\\[\s\S]|'')*)'$/.exec(text)?.[1];
  return inside?.replace(/\\([\s\S])|''/g, (_, letter: string | undefined) =>
    letter === undefined ? "'" : (ESCAPED[letter] ?? letter),
  );
}
