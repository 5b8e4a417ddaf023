import { randomUUID } from 'node:crypto';
import type { CommandModule } from 'yargs';
import { Fault } from '../../base/fault.js';
import type { Context } from '../../daemon/context.js';
import type { Plan } from '../../daemon/plan.js';
import { inspect } from '../../daemon/prepare.js';
import { capacityOf, policyOf } from '../../daemon/schedule.js';
import { modelOf } from '../../plan/comparison.js';
import { simulate } from '../../plan/simulate.js';
import { contextOf } from '../connectors.js';
import { print, showCutOver, showMapping, showPlan } from '../render.js';
import { scheduleJson, showGantt, showSchedule, showSimulation } from '../show-schedule.js';

/** Each prints the plan in another way. */
const VIEWS = ['sql', 'json', 'gantt', 'simulate'] as const;

type View = (typeof VIEWS)[number];

interface Options extends Readonly<Record<View, boolean>> {
  config: string;
  all: boolean;
}

/** What the coordinator takes at least between two waves: it looks once a second. */
const BARRIER_SECONDS = 1;

const command: CommandModule<object, Options> = {
  command: 'plan',
  describe: 'what becomes of every table and column, and which values or meanings would not be kept; then every task',
  builder: {
    all: {
      type: 'boolean',
      default: false,
      describe: 'also the columns that stay as they are, and every task of a large plan',
    },
    sql: { type: 'boolean', default: false, describe: 'the statements that would be run on the target' },
    json: { type: 'boolean', default: false, describe: 'the tasks with phases, needs, estimates and slack, as JSON' },
    gantt: { type: 'boolean', default: false, describe: 'when which table would be worked at, as a chart' },
    simulate: { type: 'boolean', default: false, describe: 'waves and rolling frontier compared, in virtual time' },
  } as never,
  handler: async (argv) => {
    const view = viewOf(argv);
    const context = await contextOf(argv, 'plan');
    const { plan, stopped, cutOver } = await inspect(context);
    if (stopped) return print('STOP stands in wirekite_action: nothing was looked at');
    if (cutOver !== undefined) return print(showCutOver(cutOver));
    if (!plan) return;
    if (view !== undefined) return print(show[view](plan, context));
    print(showMapping(plan.mapping, argv.all));
    print(showPlan(plan));
    print(showSchedule(plan.schedule, { all: argv.all, measured: plan.measured }));
  },
};

export default command;

function viewOf(argv: Options): View | undefined {
  const [view, other] = VIEWS.filter((name) => argv[name]);
  if (other === undefined) return view;
  throw new Fault('operator', `--${view} and --${other} are two answers: ask for one`);
}

const show: Readonly<Record<View, (plan: Plan, context: Context) => string>> = {
  sql: ({ steps }) => steps.flatMap(({ statements }) => statements.map((sql) => `${sql};`)).join('\n'),
  json: ({ schedule }, { config }) =>
    scheduleJson(schedule, {
      batchRun: randomUUID(),
      migration: config.migration,
      model: config.execution.model,
      policy: policyOf(config),
    }),
  gantt: ({ schedule }, { config }) => {
    const model = modelOf(config.execution.model, BARRIER_SECONDS);
    return showGantt(simulate(schedule.tasks, capacityOf(config), model), config.execution.model);
  },
  simulate: ({ schedule }, { config }) => showSimulation(schedule, capacityOf(config), BARRIER_SECONDS),
};
