import { expect, test } from 'vitest';
import type { Command } from '../../../src/control/command.js';
import { UNREAD } from '../../../src/control/action.js';
import { Wishes } from '../../../src/control/wishes.js';
import { Answers } from '../../../src/daemon/answers.js';
import { Gate } from '../../../src/daemon/gate.js';
import { newUnit } from '../../../src/daemon/unit.js';

const PAUSE = { id: 1, action: 'PAUSE', scope: '*', author: 'dba', state: 'SEEN', inForce: true } as unknown as Command;

test('an answer that was lost on its way is given again', () => {
  const never = new AbortController().signal;
  const stop = { draining: never, aborting: never, drain: () => undefined };
  const wishes = Object.assign(new Wishes(), { open: [PAUSE] });
  const gate = new Gate({ current: () => UNREAD, wishes: () => wishes }, stop as never);
  const answers = new Answers(() => true);
  const unit = newUnit('load-1', 'load');
  unit.obeys = gate.serial;
  const first = answers.due(gate, [unit]);
  expect(first).toMatchObject([{ command: 1, worker: 'load-1', inEffect: true }]);
  expect(answers.due(gate, [unit])).toEqual(first); // the server went away before it was written
  answers.given(first);
  expect(answers.due(gate, [unit])).toEqual([]);
});
