import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { isMap, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { Fault } from '../base/fault.js';
import type { Settings } from '../control/settings.js';
import { fits } from '../model/pattern.js';
import { bounded, outOfBounds } from './bounds.js';
import { brokenYaml, complaints, mistakesOf, type Mistake } from './config-mistakes.js';
import { execution, executionSettings, yesOrNo } from './execution.js';

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

const URL_WORDS =
  'is not a URL like scheme://user@host:port/database; a password with special characters is best written as ${NAME}, ' +
  'with NAME in the environment, else with %40 for @ and so on';

/** An @ after the host is the end of a password whose beginning was taken for host, port or path. */
const url = z.string().transform((value, context) => {
  const parsed = URL.canParse(value) ? new URL(value) : undefined;
  if (parsed && parsed.host !== '' && !/@/.test(parsed.pathname + parsed.search + parsed.hash)) return parsed;
  context.addIssue({ code: 'custom', message: URL_WORDS });
  return z.NEVER;
});

const tunables = z.record(z.string(), z.union([z.number(), z.string()])).superRefine((all, context) => {
  for (const [name, value] of Object.entries(all)) {
    const message = outOfBounds(name, value);
    if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
  }
});

/** It is pasted into statements that an operator reads and types. */
const plainName = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, 'expected small letters, digits and _ only');

const override = z
  .strictObject({
    /** In the target's words. */
    type: z.string().min(1).optional(),
    /** SQL of the target; `:value` is the source's value as text. */
    expression: z
      .string()
      .regex(/:value\b/, 'expected :value in it, which stands for the value as text')
      .optional(),
  })
  .refine(({ type, expression }) => type ?? expression, 'expected type, expression or both');

const PATTERN = /^[^.]+\..+$/;

const patterns = z.array(z.string().regex(PATTERN, 'expected schema.table, * for any'));

/** What a table weighs in the order of things. */
const weight = z.strictObject({
  business_value: z.number().min(0).optional(),
  risk_score: z.number().min(0).max(1).optional(),
  /** Without it the migration has failed. */
  critical: z.boolean().optional(),
});

const weights = z.record(z.string(), weight).superRefine((all, context) => {
  for (const pattern of Object.keys(all))
    if (!PATTERN.test(pattern))
      context.addIssue({ code: 'custom', path: [pattern], message: 'is no table: expected schema.table, * for any' });
});

const phases = z
  .array(z.strictObject({ name: z.string().min(1).max(63), tables: patterns.min(1) }))
  .superRefine((all, context) => {
    for (const [i, { name }] of all.entries())
      if (all.findIndex((other) => other.name === name) < i)
        context.addIssue({ code: 'custom', path: [i, 'name'], message: `is ${name} a second time` });
  });

const shape = z.strictObject({
  migration: z.string().regex(/^[A-Za-z0-9_-]{1,63}$/, 'expected letters, digits, _ and - only'),
  source: url,
  target: url,
  control: z.strictObject({ schema: plainName.default('wirekite') }).prefault({}),
  tables: z
    .strictObject({
      include: patterns.default(['*.*']),
      exclude: patterns.default([]),
      /** Tables without a key that may be given REPLICA IDENTITY FULL, or what the source calls it. */
      full_identity: patterns.default([]),
      /** By `schema.table.column`: what it becomes instead of what would be chosen for it. */
      columns: z.record(z.string(), override).default({}),
      /** By `schema.table`, `*` for any; where several fit, the later one has the last word. */
      weights: weights.default({}),
    })
    .prefault({}),
  /** Puts tables into phases of these names, whatever would be derived. */
  phases: phases.default([]),
  execution,
  /** Follow what the source commits after loading. */
  changes: z.boolean().default(false),
  chunks: z
    .strictObject({
      store: z.string().default('./chunks'),
      compression: z.enum(['none', 'brotli']).default('none'),
      budget: scaled(UNITS, '10GB').superRefine(bounded('budget_bytes')).optional(),
      changes: scaled(UNITS, '5GB').superRefine(bounded('changes_bytes')).optional(),
      keep: scaled(SPANS, '15min').superRefine(bounded('keep_seconds')).optional(),
      /** When the source may forget changes: once they are applied, or once their file is stored. */
      release: z.enum(['applied', 'stored']).default('applied'),
    })
    .prefault({}),
  policy: z
    .strictObject({
      /** Whether others still begin once a task has failed for good. */
      continue_on_error: z.boolean().optional(),
      max_retries: z.number().superRefine(bounded('max_retries')).optional(),
    })
    .prefault({}),
  /** Any tunable of `wirekite_setting` by its name. */
  settings: tunables.default({}),
});

type Shaped = z.output<typeof shape>;

export type Config = Shaped & { readonly file: string };

/** Reads `openkite.yaml`. Every mistake is an operator's Fault with its line; all of them are said at once. */
export function readConfig(file: string, env: NodeJS.ProcessEnv = process.env): Config {
  const lines = new LineCounter();
  const text = read(file);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) throw mistaken(brokenYaml(file, text, document, lines));
  if (!isMap(document.contents)) throw mistaken(`${file} is empty, or no map of keys like \`source:\``);
  const missing: Mistake[] = [];
  const parsed = shape.safeParse(substitute(plain(document, file), env, [], missing));
  const mistakes = missing.length > 0 ? missing : mistakesOf(parsed.error);
  if (!parsed.success || missing.length > 0) throw mistaken(complaints(file, mistakes, document, lines));
  const config = { ...parsed.data, file: resolve(file) };
  return { ...config, chunks: { ...config.chunks, store: locate(config.chunks.store, config.file) } };
}

/** The parser names what stands after the star, which may be a password. */
function plain(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch {
    throw mistaken(`${file}: a value begins with *, and so is taken for an alias: quote it`);
  }
}

const mistaken = (message: string): Fault =>
  new Fault('operator', message, { hint: 'mend the file; `openkite init -c another.yaml` writes an example' });

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Fault('operator', `cannot read the configuration ${file}${code === 'ENOENT' ? ': there is none' : ''}`, {
      ...(code === undefined || code === 'ENOENT' ? {} : { code }),
      hint: 'make one with `openkite init`, or name it with -c',
      cause,
    });
  }
}

/** `${NAME}` in any string is the environment's value; inside a URL it is percent-encoded, so any password fits. */
function substitute(value: unknown, env: NodeJS.ProcessEnv, path: readonly string[], missing: Mistake[]): unknown {
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).map(([k, v]) => [k, substitute(v, env, [...path, k], missing)] as const);
    return Array.isArray(value) ? entries.map(([, v]) => v) : Object.fromEntries(entries);
  }
  if (typeof value !== 'string') return value;
  const inUrl = /^\w+:\/\//.test(value);
  return value.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const found = env[name];
    if (found === undefined) missing.push({ path, words: `uses \${${name}}, which is not set in the environment` });
    return inUrl ? encodeURIComponent(found ?? '') : (found ?? '');
  });
}

/** A relative directory is meant from the file that names it, not from wherever a daemon was started. */
const locate = (store: string, file: string): string =>
  /^\w+:\/\//.test(store) || isAbsolute(store) ? store : resolve(dirname(file), store);

/** The file's part of `wirekite_setting`. */
export function fileSettings({ chunks, execution, policy, settings }: Shaped): Partial<Settings> {
  const named = {
    ...executionSettings(execution),
    budget_bytes: chunks.budget,
    changes_bytes: chunks.changes,
    keep_seconds: chunks.keep,
    max_retries: policy.max_retries,
    continue_on_error: yesOrNo(policy.continue_on_error),
    ...settings,
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

/** Does `tables.include` without `tables.exclude` name this table? `*` stands for any run of characters. */
export function selects(
  { tables }: { readonly tables: Pick<Config['tables'], 'include' | 'exclude'> },
  schema: string,
  table: string,
): boolean {
  const name = `${schema}.${table}`;
  return (
    tables.include.some((pattern) => fits(pattern, name)) && !tables.exclude.some((pattern) => fits(pattern, name))
  );
}

/** May a table without a key be published whole, so that its updates can be followed? */
export const agreesToFullIdentity = ({ tables }: Pick<Config, 'tables'>, schema: string, table: string): boolean =>
  tables.full_identity.some((pattern) => fits(pattern, `${schema}.${table}`));
