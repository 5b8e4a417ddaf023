import { takeCheckpoint } from '../../control/checkpoint.js';
import { done, type Obey } from './duty.js';

export const obeyCheckpoint: Obey = async ({ id, author, reason }, { context, control }) => {
  const cause = `CHECKPOINT by ${author} (command ${id})${reason === undefined ? '' : `: ${reason}`}`;
  return done(`checkpoint ${await takeCheckpoint(control, { cause, keep: context.settings().checkpoint_keep })}`);
};
