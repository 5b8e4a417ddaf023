import { posix } from 'node:path';
import ts from 'typescript';
import type { Breach, Source } from './source.js';

/** From the bottom up. Within one layer, nobody knows his neighbour. */
const LAYERS = [
  ['src/base'],
  ['src/model'],
  ['src/format', 'src/change', 'src/store', 'src/db'],
  ['src/connector'],
  ['extractors/*', 'loaders/*'],
  ['src/control', 'src/plan', 'src/recover', 'src/validate'],
  ['src/run'],
  ['src/daemon'],
  ['src/server'],
  ['src/cli', 'extractors/main.ts', 'loaders/main.ts'],
];

/** Folders that know less than their layer allows, and nothing from outside: no clock, no disk, no server. */
const PURE: Readonly<Record<string, readonly string[]>> = { 'src/plan': ['src/base', 'src/model'] };

const REASONS = {
  up: 'a lower layer that knows a higher one can be neither understood nor tested without it',
  sideways: 'neighbours that know each other become one lump: put what both need a layer below',
  loads: 'adding a database must be one folder: only discover loads connectors, by listing the directory',
  impure:
    'the same metadata must give the same plan, and a simulation must need no server: pass in what it needs to know',
  unknown: 'a folder that has no layer escapes the rule: name its layer in test/architecture/imports.ts',
};

export function importBreaches(sources: readonly Source[]): Breach[] {
  return sources.flatMap(({ path, text }) =>
    ts
      .preProcessFile(text, true, true)
      .importedFiles.map(({ fileName }) => [fileName, breachBy(path, fileName)] as const)
      .filter(([, kind]) => kind !== undefined)
      .map(([name, kind]) => `${path} imports ${name} (${kind}): ${kind && REASONS[kind]}`),
  );
}

function breachBy(path: string, fileName: string): keyof typeof REASONS | undefined {
  if (fileName.startsWith('.')) return breach(path, posix.join(posix.dirname(path), fileName));
  return PURE[unit(path) ?? ''] ? 'impure' : undefined;
}

function breach(from: string, to: string): keyof typeof REASONS | undefined {
  const [here, there] = [unit(from), unit(to)];
  if (here === there && here !== undefined) return undefined;
  if (PURE[here ?? '']?.includes(there ?? '') === false) return 'impure';
  const [lower, upper] = [rank(there), rank(here)];
  if (lower === undefined || upper === undefined) return 'unknown';
  if (from.startsWith('src/') && !to.startsWith('src/')) return 'loads';
  return lower < upper ? undefined : lower === upper ? 'sideways' : 'up';
}

/** `src/<folder>`, `extractors/<db>`, or one of the two mains. */
function unit(path: string): string | undefined {
  return /^(?:src|extractors|loaders)\/[^/]+/.exec(path.replace(/\.js$/, '.ts'))?.[0];
}

function rank(name: string | undefined): number | undefined {
  const named = (layer: string[]) => layer.includes(name ?? '');
  const connector = (layer: string[]) => !name?.endsWith('.ts') && layer.includes(name?.replace(/[^/]+$/, '*') ?? '');
  const index = LAYERS.findIndex(named);
  const found = index === -1 ? LAYERS.findIndex(connector) : index;
  return found === -1 ? undefined : found;
}
