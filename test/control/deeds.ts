/** What a login may want to do with the control tables, and the roles that let it. */
import type { Role } from './members.js';

export const ROLES = ['viewer', 'operator', 'admin', 'daemon'] as const;
export const COMMAND = 'INSERT INTO wirekite_command';

export interface Deed {
  readonly deed: string;
  readonly sql: string;
  /** Where it is another statement on MySQL's family; '': there is no such thing. */
  readonly family?: string;
  readonly by: readonly Role[];
}

/** What is asked of all four; `by`: those who may. */
export const DEEDS: readonly Deed[] = [
  { deed: 'look at a view', sql: 'SELECT * FROM wirekite_status', by: ROLES },
  { deed: 'look at what failed', sql: 'SELECT error_id, table_name, cause, resolution FROM wirekite_error', by: ROLES },
  { deed: 'read a row that failed', sql: 'SELECT raw_row FROM wirekite_error', by: ['operator', 'admin', 'daemon'] },
  { deed: 'read the key of one', sql: 'SELECT row_key FROM wirekite_error', by: ['operator', 'admin', 'daemon'] },
  { deed: 'say PAUSE', sql: `UPDATE wirekite_action SET action = 'PAUSE'`, by: ['operator', 'admin', 'daemon'] },
  { deed: 'say it by routine', sql: 'SELECT pause()', family: '', by: ['operator', 'admin'] },
  { deed: 'go on by routine', sql: 'SELECT resume()', family: '', by: ['operator', 'admin'] },
  { deed: 'wait', sql: `SELECT wait_for('RUN', 0)`, family: `CALL wait_for('RUN', 0)`, by: ['operator', 'admin'] },
  {
    deed: 'give a command',
    sql: `${COMMAND} (action, scope, value, reason, expires_at) VALUES ('PAUSE', '*', NULL, 'lunch', '2100-01-01')`,
    by: ['operator', 'admin', 'daemon'],
  },
  { deed: 'be somebody else', sql: `${COMMAND} (action, author) VALUES ('CUTOVER', 'root')`, by: ['daemon'] },
  { deed: 'settle a command', sql: `${COMMAND} (action, state) VALUES ('PAUSE', 'DONE')`, by: ['daemon'] },
  { deed: 'change one', sql: `UPDATE wirekite_command SET result = 'done'`, by: ['daemon'] },
  { deed: 'take one back', sql: 'DELETE FROM wirekite_command WHERE command_id < 0', by: ['daemon'] },
  { deed: 'settle a row', sql: `UPDATE wirekite_error SET resolution = 'SKIP'`, by: ['operator', 'admin', 'daemon'] },
  { deed: 'settle it for others', sql: `UPDATE wirekite_error SET author = 'root'`, by: ['daemon'] },
  { deed: 'forget a row', sql: 'DELETE FROM wirekite_error WHERE error_id < 0', by: ['daemon'] },
  { deed: 'prefer a table', sql: 'UPDATE wirekite_table SET priority = 7', by: ['operator', 'admin', 'daemon'] },
  { deed: 'say it is done', sql: `UPDATE wirekite_table SET state = 'DONE' WHERE table_name = ''`, by: ['daemon'] },
  { deed: 'tune', sql: `UPDATE wirekite_setting SET value = '3' WHERE name = 'max_retries'`, by: ['admin', 'daemon'] },
  {
    deed: 'name admins',
    sql: `UPDATE wirekite_setting SET value = 'me' WHERE name = 'admins'`,
    by: ['admin', 'daemon'],
  },
  { deed: 'widen a bound', sql: `UPDATE wirekite_setting SET max_value = 1e9 WHERE name = ''`, by: ['daemon'] },
  { deed: 'hide who set it', sql: `UPDATE wirekite_setting SET set_by = 'file' WHERE name = ''`, by: ['daemon'] },
  { deed: 'mend a statement', sql: `UPDATE wirekite_task SET statement = 'SELECT 1'`, by: ['admin', 'daemon'] },
  { deed: 'end a task', sql: `UPDATE wirekite_task SET state = 'DONE' WHERE task_id = ''`, by: ['daemon'] },
  { deed: 'say what goes in', sql: `UPDATE wirekite_column SET expression = ':value'`, by: ['admin', 'daemon'] },
  { deed: 'ask what reset does', sql: 'SELECT * FROM reset()', family: 'CALL reset(TRUE)', by: ['admin'] },
  { deed: 'move a mark', sql: `UPDATE wirekite_progress SET mark = '1' WHERE source = ''`, by: ['daemon'] },
  { deed: 'forget what is done', sql: `DELETE FROM wirekite_progress WHERE source = ''`, by: ['daemon'] },
  { deed: 'end a lease', sql: `UPDATE wirekite_worker SET why = 'x' WHERE worker = ''`, by: ['daemon'] },
  { deed: 'write history', sql: `INSERT INTO wirekite_history (object) VALUES ('x')`, by: ['daemon'] },
  { deed: 'mend the log', sql: `UPDATE load_run_log SET error = '' WHERE log_id < 0`, by: ['daemon'] },
  { deed: 'change a checkpoint', sql: `UPDATE wirekite_checkpoint SET document = ''`, by: ['daemon'] },
  { deed: 'empty the progress', sql: 'TRUNCATE TABLE wirekite_progress', by: [] },
  { deed: 'empty the history', sql: 'TRUNCATE TABLE wirekite_history', by: [] },
  { deed: 'forge a migration', sql: 'DELETE FROM migrations WHERE id < 0', by: [] },
  { deed: 'make a table', sql: 'CREATE TABLE mine (n int)', by: [] },
  { deed: 'drop a table', sql: 'DROP TABLE wirekite_sample', by: [] },
  { deed: 'drop a view', sql: 'DROP VIEW wirekite_status', by: [] },
  { deed: 'change a table', sql: 'ALTER TABLE wirekite_sample ADD COLUMN mine int', by: [] },
  {
    deed: 'drop a guard',
    sql: 'DROP TRIGGER wirekite_command_before ON wirekite_command',
    family: 'DROP TRIGGER wirekite_command_before',
    by: [],
  },
  {
    deed: 'index a table',
    sql: 'CREATE INDEX mine ON wirekite_sample (position)',
    family: 'CREATE INDEX mine ON wirekite_sample (last_seq)',
    by: [],
  },
  {
    deed: 'hand it on',
    sql: 'GRANT wirekite_admin TO wirekite_viewer',
    family: 'GRANT SELECT ON wirekite_error TO wirekite_viewer',
    by: [],
  },
  { deed: 'become admin', sql: 'SET ROLE wirekite_admin', family: 'SET ROLE wirekite_admin', by: ['admin'] },
];
