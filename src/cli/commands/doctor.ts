import type { CommandModule } from 'yargs';
import type { Finding } from '../../connector/connector.js';
import type { Context } from '../../daemon/context.js';
import { EXIT } from '../../daemon/exit.js';
import { leastGrants } from '../../daemon/grants.js';
import { inspect } from '../../daemon/prepare.js';
import { contextOf } from '../connectors.js';
import { print, showCutOver, showFindings, showGrants, showProvision } from '../render.js';

interface Options {
  config: string;
  grants?: string;
}

const command: CommandModule<object, Options> = {
  command: 'doctor',
  describe: 'check versions, privileges, settings and disk; each failure with the statement that mends it',
  builder: {
    grants: {
      type: 'string',
      describe: 'print what gives this login (default: the URLs’ own) what it needs, and no more',
    },
  } as never,
  handler: async (argv) => {
    const context = await contextOf(argv, 'doctor');
    if (argv.grants !== undefined) return print(showGrants(await leastGrants(context, argv.grants || undefined)));
    const { findings, plan, provision, cutOver } = await inspect(context);
    if (cutOver !== undefined) print(showCutOver(cutOver));
    const bytes = plan?.schema.tables.reduce((sum, table) => sum + table.bytesEstimated, 0) ?? 0;
    const all = [...findings, await disk(context, bytes)];
    print(showFindings(all));
    if (provision) print(showProvision(provision));
    for (const what of plan?.schema.notMoved ?? []) print(`note not moved: ${what}`);
    if (all.some((finding) => finding.level === 'failure')) process.exitCode = EXIT.misused;
  },
};

export default command;

/** Chunks not yet loaded need the budget; loaded ones stay for `chunks.keep`. Smaller databases need less. */
async function disk({ store, config }: Context, bytes: number): Promise<Finding> {
  const free = await store.freeBytes();
  const wanted = Math.min(bytes, config.chunks.budget ?? 10e9);
  const what = 'chunk store';
  if (free === undefined || free > wanted) return { what, level: 'ok', found: `${free ?? 'unlimited'} bytes free` };
  const found = `${free} bytes free in ${config.chunks.store}, up to ${wanted} are wanted`;
  return { what, level: 'warning', found, mend: 'make room, or lower chunks.budget' };
}
