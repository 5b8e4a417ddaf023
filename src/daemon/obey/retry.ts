import { reopenStreams } from '../../control/stream.js';
import { reopenTables } from '../../control/table.js';
import { reopenTasks } from '../../control/task.js';
import { done, type Obey } from './duty.js';
import { isTable, refuseUnknown } from './scope.js';

/** What has failed is tried once more, at its marks, as a new run would: all of it, or what is about one table. */
export const obeyRetry: Obey = async (command, { control }) => {
  const unknown = await refuseUnknown(command, control);
  if (unknown) return unknown;
  const table = isTable(command.scope) ? command.scope : undefined;
  const tables = await reopenTables(control, table);
  const tasks = await reopenTasks(control, table);
  if (table === undefined) await reopenStreams(control);
  return done(`${tables.length} tables and ${tasks.length} tasks are tried again`);
};
