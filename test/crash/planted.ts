/** Copies of the compiled code with a bug in them. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { DIST } from './workplace.js';

const copies: string[] = [];

afterAll(() => copies.forEach((path) => rmSync(path, { recursive: true })));

/** Beside the original, so that it finds the same packages. Each replacement must match. */
export function planted(file: string, changes: readonly (readonly [good: RegExp, bad: string])[]): string {
  const home = mkdtempSync(join(dirname(DIST.replace(/\/$/, '')), 'planted-'));
  copies.push(home);
  const dist = join(home, 'dist');
  cpSync(DIST, dist, { recursive: true });
  cpSync(new URL('../../package.json', import.meta.url), join(home, 'package.json'));
  const path = join(dist, file);
  const text = changes.reduce(
    (code, [good, bad]) => {
      expect(code).toMatch(good);
      return code.replace(good, bad);
    },
    readFileSync(path, 'utf8'),
  );
  writeFileSync(path, text);
  return dist;
}
