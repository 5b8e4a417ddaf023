import type { Tx } from '../db/db.js';
import { readAction, type Reading } from './action.js';
import { readCommands } from './command.js';
import { stricter, Wishes } from './wishes.js';

/** All that is wished now. */
export interface Said {
  /** For everybody: the stricter of the action row and what was said to all by command. */
  readonly reading: Reading;
  readonly wishes: Wishes;
}

/** The row first: it is the brake, and the commands can only make it stricter. Throws where they cannot be read. */
export async function readSaid(tx: Tx): Promise<Said> {
  const row = await readAction(tx);
  if (row.status === 'CONTROL_UNREADABLE') return { reading: row, wishes: new Wishes() };
  const wishes = new Wishes(await readCommands(tx));
  const { word, why } = wishes.ofAll;
  return { reading: stricter(row.word, word) === row.word ? row : { ...row, word, why }, wishes };
}
