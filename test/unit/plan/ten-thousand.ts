/** Plans that many tables, and says how many tasks there are and how many seconds of CPU that took. */
import { capacityOf } from '../../../src/daemon/schedule.js';
import { modelOf } from '../../../src/plan/comparison.js';
import { simulate } from '../../../src/plan/simulate.js';
import { config, manyTables, planOf, schemaOf } from './fake.js';

const schema = schemaOf(manyTables(10_000));
const seconds = () => process.cpuUsage().user / 1e6;
const before = seconds();
const { steps, schedule } = await planOf(schema);
const planned = seconds();
const { makespan } = simulate(schedule.tasks, capacityOf(config()), modelOf('frontier', 0));
const [steplike, tasks] = [steps.length, schedule.tasks.length];
console.log(
  JSON.stringify({ steps: steplike, tasks, plan: planned - before, simulate: seconds() - planned, makespan }),
);
