import { Fault } from '../../../src/base/fault.js';
import type { TableName } from '../../../src/model/schema.js';

const SAFE = 'everything before this transaction was taken, nothing was skipped';

/** What the log holds and cannot be followed, by name, with what must be set so that it does not come again. */
export const refusals = {
  statement: (table: TableName) =>
    new Fault('permanent', 'the source has logged a statement instead of the rows that it changed', {
      code: 'NOT_ROW_FORMAT',
      place: { table },
      safe: SAFE,
      hint: 'SET GLOBAL binlog_format = ROW on the source and let its sessions connect anew, then load the table anew',
    }),
  rolledBack: () =>
    new Fault('permanent', 'the log holds a transaction that was rolled back, with changes of ours in it', {
      code: 'ROLLED_BACK',
      safe: SAFE,
      hint: 'do not change InnoDB tables and others in one transaction; then load anew',
    }),
  xa: () =>
    new Fault('permanent', 'the log holds changes of ours in an XA transaction, which may still be rolled back', {
      code: 'XA',
      safe: SAFE,
      hint: 'use plain transactions for the tables that are followed; then load anew',
    }),
  partialJson: () =>
    new Fault('permanent', 'the source has logged parts of JSON values instead of the values', {
      code: 'PARTIAL_JSON',
      safe: SAFE,
      hint: "SET GLOBAL binlog_row_value_options = '' on the source, then load anew",
    }),
  incident: () =>
    new Fault('permanent', 'the source says in its log that changes are missing there (an incident)', {
      code: 'INCIDENT',
      safe: SAFE,
      hint: 'the tables must be loaded anew: openkite reset --execute, then openkite run --execute',
    }),
  strange: (type: number) =>
    new Fault('permanent', `the log holds an event of type ${type}, which openkite does not understand`, {
      code: 'BAD_EVENT',
      safe: SAFE,
    }),
};
