import { expect, test } from 'vitest';
import { UNREAD } from '../../../src/control/action.js';
import { Wishes } from '../../../src/control/wishes.js';
import { Gate } from '../../../src/daemon/gate.js';

const HOUR = 3_600_000;

function gateOfTwo() {
  const never = new AbortController().signal;
  const stop = { draining: never, aborting: never, drain: () => undefined };
  const gate = new Gate({ current: () => UNREAD, wishes: () => new Wishes() }, stop as never);
  const woken: string[] = [];
  const wait = (name: string, how: 'changed' | 'heard') => void gate[how](HOUR, gate.now).then(() => woken.push(name));
  return { gate, woken, wait };
}

const soon = () => new Promise((resolve) => setImmediate(resolve));

test('a call wakes one of those who look for work, and nobody else', async () => {
  const { gate, woken, wait } = gateOfTwo();
  wait('the crew', 'heard'); // it came first: a call that it took would be lost until somebody looks by himself
  wait('one', 'changed');
  wait('another', 'changed');
  gate.call();
  await soon();
  expect(woken).toEqual(['one']);
  gate.call();
  await soon();
  expect(woken).toEqual(['one', 'another']);
  gate.wake();
  await soon();
  expect(woken).toEqual(['one', 'another', 'the crew']);
});
