import ts from 'typescript';
import type { Breach, Source } from './source.js';

export const LIMITS = { function: 60, file: 300, median: 10 };

const REASONS = {
  function: 'a function is read at one glance, and does one thing; name its parts',
  file: 'a file is read at one sitting; split it where its subject splits',
  median: 'many small names explain a program, few large ones hide it',
};

interface Measured {
  readonly name: string;
  readonly lines: number;
}

export function sizeBreaches(sources: readonly Source[]): Breach[] {
  const functions = sources.flatMap(functionsOf);
  const files = sources.map(({ path, text }) => ({ name: path, lines: text.trimEnd().split('\n').length }));
  const typical = median(functions.map(({ lines }) => lines));
  return [
    ...functions.filter(({ lines }) => lines > LIMITS.function).map((one) => complain(one, 'function')),
    ...files.filter(({ lines }) => lines > LIMITS.file).map((one) => complain(one, 'file')),
    ...(typical > LIMITS.median ? [complain({ name: 'the median function', lines: typical }, 'median')] : []),
  ];
}

function complain({ name, lines }: Measured, kind: keyof typeof LIMITS): Breach {
  return `${name} has ${lines} lines, the limit is ${LIMITS[kind]}: ${REASONS[kind]}`;
}

function functionsOf({ path, text }: Source): Measured[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const line = (position: number) => file.getLineAndCharacterOfPosition(position).line;
  const found: Measured[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const start = line(node.getStart());
      found.push({ name: `${path}:${start + 1}`, lines: line(node.end) - start + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
