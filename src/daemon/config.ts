import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { Fault } from '../base/fault.js';
import type { Settings } from '../control/setting.js';

const UNITS: Record<string, number> = { '': 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
const SPANS: Record<string, number> = { '': 1, s: 1, min: 60, h: 3600, d: 86400 };

const scaled = (units: Record<string, number>, example: string) =>
  z.union([z.number(), z.string()]).transform((value, context) => {
    const match = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$/.exec(String(value));
    const unit = match ? units[match[2] ?? ''] : undefined;
    if (!match || unit === undefined) {
      context.addIssue({ code: 'custom', message: `is ${JSON.stringify(value)}, expected something like ${example}` });
      return z.NEVER;
    }
    return Math.round(Number(match[1]) * unit);
  });

const url = z.string().transform((value, context) => {
  try {
    return new URL(value);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not a URL like scheme://user@host:port/database' });
    return z.NEVER;
  }
});

const patterns = z.array(z.string().regex(/^[^.]+\..+$/, 'expected schema.table, * for any'));

const shape = z.strictObject({
  migration: z.string().regex(/^[A-Za-z0-9_-]{1,63}$/, 'expected letters, digits, _ and - only'),
  source: url,
  target: url,
  control: z.strictObject({ schema: z.string().min(1).max(63).default('wirekite') }).prefault({}),
  tables: z.strictObject({ include: patterns.default(['*.*']), exclude: patterns.default([]) }).prefault({}),
  changes: z
    .literal(false, 'can only be false in this version: it loads, and does not follow changes yet')
    .default(false),
  chunks: z
    .strictObject({
      store: z.string().default('./chunks'),
      compression: z.enum(['none', 'brotli']).default('none'),
      budget: scaled(UNITS, '10GB').optional(),
      keep: scaled(SPANS, '15min').optional(),
    })
    .prefault({}),
  policy: z.strictObject({ max_retries: z.number().int().min(0).max(100).optional() }).prefault({}),
  /** Any tunable of `wirekite_setting` by its name. */
  settings: z.record(z.string(), z.number()).default({}),
});

export type Config = z.output<typeof shape> & { readonly file: string };

/** Reads `openkite.yaml`. Every mistake is an operator's Fault with its line; all of them are said at once. */
export function readConfig(file: string, env: NodeJS.ProcessEnv = process.env): Config {
  const text = read(file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  const broken = document.errors[0];
  if (broken) throw new Fault('operator', `${file}: ${broken.message}`, { hint: 'mend the YAML at the line shown' });
  const parsed = shape.safeParse(substitute(document.toJS() ?? {}, env, file));
  if (!parsed.success) throw new Fault('operator', complaints(file, parsed.error, document, lines));
  const config = { ...parsed.data, file: resolve(file) };
  return { ...config, chunks: { ...config.chunks, store: locate(config.chunks.store, config.file) } };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Fault('operator', `cannot read the configuration ${file}`, {
      hint: 'make one with `openkite init`, or name it with -c',
      cause,
    });
  }
}

/** `${NAME}` in any string is the environment's value; inside a URL it is percent-encoded, so any password fits. */
function substitute(value: unknown, env: NodeJS.ProcessEnv, file: string): unknown {
  if (Array.isArray(value)) return value.map((item) => substitute(item, env, file));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, substitute(v, env, file)]));
  if (typeof value !== 'string') return value;
  const whole = /^\$\{\w+\}$/.test(value);
  return value.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const found = env[name];
    if (found === undefined)
      throw new Fault('operator', `${file} uses \${${name}}, which is not set in the environment`);
    return !whole && /^\w+:\/\//.test(value) ? encodeURIComponent(found) : found;
  });
}

function complaints(file: string, error: z.ZodError, document: Document, lines: LineCounter): string {
  return error.issues
    .map((issue) => {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((k) => [...issue.path, k]) : [issue.path];
      const words = issue.code === 'unrecognized_keys' ? 'is not a key that openkite knows' : issue.message;
      return keys.map((path) => `${file}:${lineOf(document, lines, path)}: ${path.join('.')} ${words}`).join('\n');
    })
    .join('\n');
}

function lineOf(document: Document, lines: LineCounter, path: PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** A relative directory is meant from the file that names it, not from wherever a daemon was started. */
const locate = (store: string, file: string): string =>
  /^\w+:\/\//.test(store) || isAbsolute(store) ? store : resolve(dirname(file), store);

/** The file's part of `wirekite_setting`. */
export function fileSettings(config: Config): Partial<Settings> {
  const named = {
    budget_bytes: config.chunks.budget,
    keep_seconds: config.chunks.keep,
    max_retries: config.policy.max_retries,
    ...config.settings,
  };
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  ) as Partial<Settings>;
}

/** Does `tables.include` without `tables.exclude` name this table? `*` stands for any run of characters. */
export function selects(config: Pick<Config, 'tables'>, schema: string, table: string): boolean {
  const name = `${schema}.${table}`;
  const hit = (pattern: string) =>
    new RegExp(
      `^${pattern
        .split('*')
        .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
        .join('.*')}$`,
      's',
    ).test(name);
  return config.tables.include.some(hit) && !config.tables.exclude.some(hit);
}
