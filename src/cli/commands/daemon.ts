import type { CommandModule } from 'yargs';
import { ROLES, startDaemon } from '../../daemon/roles.js';
import { connectors } from '../connectors.js';

interface Options {
  config: string;
  what: string;
}

const SIDES = [
  ['extract', 'run one extractor daemon here: the keeper of snapshots, or a reader of slices'],
  ['load', 'run one loader daemon here'],
] as const;

/** One daemon in the foreground, on whatever host: `openkite run --no-children` coordinates those. */
export default SIDES.map(([side, describe]): CommandModule<object, Options> => ({
  command: `${side} <what>`,
  describe,
  builder: (yargs) => yargs.positional('what', { choices: Object.keys(ROLES[side]), demandOption: true }) as never,
  handler: async ({ what, config }) => {
    process.exitCode = await startDaemon(side, what, config, await connectors());
  },
}));
