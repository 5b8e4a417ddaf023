import { isMap, isScalar, isSeq, type Document, type LineCounter, type Node } from 'yaml';
import type { z } from 'zod';

/** A mistake and the keys that lead to it. */
export interface Mistake {
  readonly path: readonly PropertyKey[];
  readonly words: string;
}

/** Every mistake with its line, in the order of the file. Values are not shown: one of them may be a password. */
export function complaints(file: string, mistakes: readonly Mistake[], document: Document, lines: LineCounter): string {
  return mistakes
    .map(({ path, words }) => ({ line: lineOf(document, lines, path), text: `${path.join('.')} ${words}` }))
    .sort((a, b) => a.line - b.line)
    .map(({ line, text }) => `${file}:${line}: ${text.trim()}`)
    .join('\n');
}

/** What the YAML itself is broken by, without the lines that its parser would quote. */
export function brokenYaml(file: string, text: string, document: Document, lines: LineCounter): string {
  return document.errors
    .map(({ code, message, pos: [start] }) => {
      const twice =
        code === 'DUPLICATE_KEY' && `the key ${/\w*/.exec(text.slice(start))?.[0]} stands here a second time`;
      return `${file}:${lines.linePos(start).line}: ${twice || message.replace(/:.*/s, '')}`;
    })
    .join('\n');
}

export const mistakesOf = (error: z.ZodError | undefined): Mistake[] =>
  (error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key], words: 'is not a key that openkite knows' }))
      : [{ path: issue.path, words: wordsOf(issue) }],
  );

function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type')
    return issue.message.endsWith('received undefined') ? 'is missing' : `should be of type ${issue.expected}`;
  if (issue.code === 'invalid_value' && issue.values.length > 1) return `should be one of ${issue.values.join(', ')}`;
  return issue.message;
}

/** The line of the deepest key that is there. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let line = 1;
  for (const key of path) {
    const found = isMap(node)
      ? node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key))
      : isSeq(node)
        ? { key: node.items[Number(key)], value: node.items[Number(key)] }
        : undefined;
    const start = (found?.key as Node | undefined)?.range?.[0];
    if (found === undefined || start === undefined) break;
    line = lines.linePos(start).line;
    node = found.value;
  }
  return line;
}
