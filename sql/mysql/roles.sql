-- Who may do what with the control tables. To be run once they are there, and again after an upgrade, by whoever may create roles and
-- grant on these tables, in the control database (put its name here):
--   USE wirekite;
-- Then, for each login, on MariaDB and on MySQL alike:
--   GRANT wirekite_operator TO 'alice'@'%';
--   SET DEFAULT ROLE wirekite_operator /*M! FOR */ /*!80000 TO */ 'alice'@'%';
-- A role that is granted and is no default is not in force. Roles belong to the whole server; who has one has it in every control
-- database in which this was run. They need MySQL 8 or MariaDB.
CREATE ROLE IF NOT EXISTS wirekite_viewer;
CREATE ROLE IF NOT EXISTS wirekite_operator;
CREATE ROLE IF NOT EXISTS wirekite_admin;
CREATE ROLE IF NOT EXISTS wirekite_daemon;

-- The viewer looks, at everything but the rows that did not go through: those are the applications' data.
GRANT SELECT ON wirekite_action TO wirekite_viewer;
GRANT SELECT ON wirekite_progress TO wirekite_viewer;
GRANT SELECT ON wirekite_table TO wirekite_viewer;
GRANT SELECT ON wirekite_worker TO wirekite_viewer;
GRANT SELECT ON wirekite_setting TO wirekite_viewer;
GRANT SELECT ON wirekite_history TO wirekite_viewer;
GRANT SELECT ON wirekite_snapshot TO wirekite_viewer;
GRANT SELECT ON wirekite_sample TO wirekite_viewer;
GRANT SELECT ON wirekite_column TO wirekite_viewer;
GRANT SELECT ON wirekite_command TO wirekite_viewer;
GRANT SELECT ON wirekite_ack TO wirekite_viewer;
GRANT SELECT ON wirekite_metric TO wirekite_viewer;
GRANT SELECT ON wirekite_checkpoint TO wirekite_viewer;
GRANT SELECT ON wirekite_task TO wirekite_viewer;
GRANT SELECT ON wirekite_task_dependency TO wirekite_viewer;
GRANT SELECT ON wirekite_phase TO wirekite_viewer;
GRANT SELECT ON load_run_log TO wirekite_viewer;
GRANT SELECT ON load_run_snapshot TO wirekite_viewer;
GRANT SELECT ON migrations TO wirekite_viewer;
GRANT SELECT ON wirekite_status TO wirekite_viewer;
GRANT SELECT ON wirekite_incomplete TO wirekite_viewer;
GRANT SELECT ON wirekite_stuck TO wirekite_viewer;
GRANT SELECT ON wirekite_restarts TO wirekite_viewer;
GRANT SELECT ON wirekite_lag TO wirekite_viewer;
GRANT SELECT ON wirekite_following TO wirekite_viewer;
GRANT SELECT ON wirekite_pause_budget TO wirekite_viewer;
GRANT SELECT ON wirekite_command_in_force TO wirekite_viewer;
GRANT SELECT ON wirekite_effective_action TO wirekite_viewer;
GRANT SELECT ON wirekite_acknowledgement TO wirekite_viewer;
GRANT SELECT ON wirekite_chunk_audit TO wirekite_viewer;
GRANT SELECT ON wirekite_eta TO wirekite_viewer;
GRANT SELECT ON wirekite_bottleneck TO wirekite_viewer;
GRANT SELECT ON wirekite_scaling TO wirekite_viewer;
GRANT SELECT ON wirekite_cutover_ready TO wirekite_viewer;
GRANT SELECT (error_id, queue, table_name, chunk, line_number, cause, fault, tries, resolution, author, created_at, resolved_at, seq)
  ON wirekite_error TO wirekite_viewer;

-- The operator holds and lifts, says commands, settles rows, and says which table goes first. Who said it is written by the server.
GRANT wirekite_viewer TO wirekite_operator;
GRANT UPDATE (action) ON wirekite_action TO wirekite_operator;
GRANT INSERT (action, scope, value, reason, expires_at) ON wirekite_command TO wirekite_operator;
GRANT SELECT, UPDATE (resolution) ON wirekite_error TO wirekite_operator;
GRANT UPDATE (priority, business_value, risk_score, critical) ON wirekite_table TO wirekite_operator;
GRANT EXECUTE ON PROCEDURE wait_for TO wirekite_operator;

-- The admin also tunes, resets, and mends what is run with the rights of openkite's own login: statements of the plan, expressions of
-- columns. CUTOVER is obeyed of those alone who are named in the setting `admins`.
GRANT wirekite_operator TO wirekite_admin;
GRANT UPDATE (value) ON wirekite_setting TO wirekite_admin;
GRANT UPDATE (expression) ON wirekite_column TO wirekite_admin;
GRANT UPDATE (statement) ON wirekite_task TO wirekite_admin;
GRANT EXECUTE ON PROCEDURE reset TO wirekite_admin;

-- The daemons' login, where somebody else has made the control tables: all rows, and nothing of their structure. What it needs of the
-- tables that are moved, `openkite doctor --grants` says.
GRANT SELECT ON migrations TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_action TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_progress TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_table TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_worker TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_setting TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_history TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_snapshot TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_sample TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_column TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_error TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_command TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_ack TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_metric TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_checkpoint TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_task TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_task_dependency TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_phase TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON load_run_log TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON load_run_snapshot TO wirekite_daemon;
GRANT SELECT ON wirekite_status TO wirekite_daemon;
GRANT SELECT ON wirekite_incomplete TO wirekite_daemon;
GRANT SELECT ON wirekite_stuck TO wirekite_daemon;
GRANT SELECT ON wirekite_restarts TO wirekite_daemon;
GRANT SELECT ON wirekite_lag TO wirekite_daemon;
GRANT SELECT ON wirekite_following TO wirekite_daemon;
GRANT SELECT ON wirekite_pause_budget TO wirekite_daemon;
GRANT SELECT ON wirekite_command_in_force TO wirekite_daemon;
GRANT SELECT ON wirekite_effective_action TO wirekite_daemon;
GRANT SELECT ON wirekite_acknowledgement TO wirekite_daemon;
GRANT SELECT ON wirekite_chunk_audit TO wirekite_daemon;
GRANT SELECT ON wirekite_eta TO wirekite_daemon;
GRANT SELECT ON wirekite_bottleneck TO wirekite_daemon;
GRANT SELECT ON wirekite_scaling TO wirekite_daemon;
GRANT SELECT ON wirekite_cutover_ready TO wirekite_daemon;
