import type { CommandModule } from 'yargs';
import { inspect } from '../../daemon/prepare.js';
import { contextOf } from '../connectors.js';
import { print, showCutOver, showMapping, showPlan } from '../render.js';

interface Options {
  config: string;
  sql: boolean;
  all: boolean;
}

const command: CommandModule<object, Options> = {
  command: 'plan',
  describe: 'what becomes of every table and column, and which values or meanings would not be kept',
  builder: {
    all: { type: 'boolean', default: false, describe: 'also the columns that stay as they are' },
    sql: { type: 'boolean', default: false, describe: 'the statements that would be run on the target' },
  } as never,
  handler: async (argv) => {
    const { plan, stopped, cutOver } = await inspect(await contextOf(argv, 'plan'));
    if (stopped) return print('STOP stands in wirekite_action: nothing was looked at');
    if (cutOver !== undefined) return print(showCutOver(cutOver));
    if (!plan) return;
    if (argv.sql) return print(plan.steps.flatMap(({ statements }) => statements.map((sql) => `${sql};`)).join('\n'));
    print(showMapping(plan.mapping, argv.all));
    print(showPlan(plan));
  },
};

export default command;
