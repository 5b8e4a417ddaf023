/** Processes of daemons, which are scripts here that say what they were told. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../../src/base/log.js';
import { Children } from '../../../src/daemon/children.js';
import { until } from '../../crash/run.js';

const SCRIPT = `
  import { appendFileSync } from 'node:fs';
  const say = (what) => appendFileSync(process.argv[2], process.pid + ' ' + what + '\\n');
  process.on('message', (message) => say(JSON.stringify(message)));
  process.on('SIGTERM', () => { say('left'); process.exit(0); });
  setInterval(() => {}, 1000);
  say('began with ' + process.env.OPENKITE_SESSIONS);
`;

/** Two daemons; what they say, by the number of the process in the order of their coming. */
function household() {
  const home = mkdtempSync(join(tmpdir(), 'openkite-children-'));
  const [main, said] = [join(home, 'daemon.mjs'), join(home, 'said')];
  writeFileSync(main, SCRIPT);
  appendFileSync(said, '');
  const spec = (role: string) => ({ role, main: pathToFileURL(main), args: [said] });
  const children = new Children([spec('load'), spec('keep')], openLog('test'));
  onTestFinished(async () => {
    await children.end(5, new AbortController().signal);
    if (existsSync(home)) rmSync(home, { recursive: true });
  });
  const lines = () => readFileSync(said, 'utf8').split('\n').slice(0, -1);
  const heard = async (count: number, ...words: string[]) => {
    await until(words.join(', '), () => words.every((w) => lines().filter((l) => l.endsWith(w)).length >= count));
    return lines();
  };
  return { children, heard, lines };
}

const hooks = { died: () => Promise.resolve(), isStopped: () => Promise.resolve(false) };

test('another process of a role, each with its sessions; back to one; a killed one comes back as it was', async () => {
  const { children, heard, lines } = household();
  await heard(2, 'began with undefined');
  children.begin({ ...hooks, isStoppedAlone: () => Promise.resolve(false) });
  await heard(2, '"begin"');
  children.scale('load', [3, 2]);
  const [started = ''] = (await heard(1, 'began with 2')).slice(-1);
  const second = Number(started.split(' ')[0]);
  await heard(1, '{"sessions":3}');
  process.kill(second, 'SIGKILL');
  await heard(2, 'began with 2'); // another process, in its place
  children.scale('load', [undefined]);
  await heard(1, '{"sessions":null}', 'left');
  children.scale('load', [4]);
  await heard(1, '{"sessions":4}');
  expect(lines().filter((line) => line.includes('began with')).length).toBe(4); // none that was sent away is started again
});
