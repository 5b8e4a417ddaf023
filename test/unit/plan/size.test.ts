/** Ten thousand tables: a plan within the time and the memory that it may take, with room for a busy machine. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('plans ten thousand tables in ten seconds, within a heap of 300 MB', () => {
  const script = fileURLToPath(new URL('./ten-thousand.ts', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--max-old-space-size=300', script], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const found = JSON.parse(stdout) as { steps: number; tasks: number; plan: number; simulate: number };
  expect(found.steps).toBeGreaterThan(100_000);
  expect(found.tasks).toBeGreaterThan(found.steps);
  expect(found.plan).toBeLessThan(10);
  expect(found.simulate).toBeLessThan(20);
});
