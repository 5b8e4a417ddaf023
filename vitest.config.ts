import { statfsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** Servers, chunks and all else of the tests are written into memory where there is room: nothing of it has to last. */
const MEMORY = '/dev/shm';
const ROOM = 8e9;

function hasRoom(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize > ROOM;
  } catch {
    return false;
  }
}

if (process.env['TMPDIR'] === undefined && hasRoom(MEMORY)) process.env['TMPDIR'] = MEMORY;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: './test/servers/setup.ts',
    pool: 'forks',
    // One more than the two processors of the machine that it has to end in time on: much of the time is waits of daemons.
    maxWorkers: 3,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
