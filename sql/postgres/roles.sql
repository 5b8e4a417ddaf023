-- Who may do what with the control tables. To be run once they are there, and again after an upgrade, by whoever owns them and may
-- create roles, in the control schema (put its name here):
--   SET search_path = wirekite, pg_temp;
-- Then:
--   GRANT wirekite_operator TO alice;
-- Roles belong to the whole server and are made where they are missing; who has one has it in every control schema in which this
-- was run. What these tables have granted to them is begun anew, so that they may exactly what stands here.
DO $$
DECLARE
  name text;
BEGIN
  IF to_regclass('wirekite_action') IS NULL THEN
    RAISE EXCEPTION 'there are no control tables in the schema %', current_schema() USING HINT = 'SET search_path to the control schema first.';
  END IF;
  FOREACH name IN ARRAY ARRAY['wirekite_viewer', 'wirekite_operator', 'wirekite_admin', 'wirekite_daemon'] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', name);
    END IF;
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', current_schema(), name);
    EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA %I FROM PUBLIC, %I', current_schema(), name);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), name);
  END LOOP;
END $$;

-- The viewer looks, at everything but the rows that did not go through: those are the applications' data.
GRANT SELECT ON wirekite_action, wirekite_progress, wirekite_table, wirekite_worker, wirekite_setting, wirekite_history,
  wirekite_snapshot, wirekite_sample, wirekite_column, wirekite_command, wirekite_ack, wirekite_metric, wirekite_checkpoint,
  wirekite_task, wirekite_task_dependency, wirekite_phase, load_run_log, load_run_snapshot, migrations TO wirekite_viewer;
GRANT SELECT (error_id, queue, table_name, chunk, line_number, cause, fault, tries, resolution, author, created_at, resolved_at, seq)
  ON wirekite_error TO wirekite_viewer;
GRANT SELECT ON wirekite_status, wirekite_incomplete, wirekite_stuck, wirekite_restarts, wirekite_lag, wirekite_following,
  wirekite_pause_budget, wirekite_command_in_force, wirekite_effective_action, wirekite_acknowledgement, wirekite_chunk_audit,
  wirekite_eta, wirekite_bottleneck, wirekite_scaling, wirekite_cutover_ready TO wirekite_viewer;
GRANT EXECUTE ON FUNCTION session_of(bigint) TO wirekite_viewer;

-- The operator holds and lifts, says commands, settles rows, and says which table goes first. Who said it is written by the server.
GRANT wirekite_viewer TO wirekite_operator;
GRANT UPDATE (action) ON wirekite_action TO wirekite_operator;
GRANT INSERT (action, scope, value, reason, expires_at) ON wirekite_command TO wirekite_operator;
GRANT SELECT, UPDATE (resolution) ON wirekite_error TO wirekite_operator;
GRANT UPDATE (priority, business_value, risk_score, critical) ON wirekite_table TO wirekite_operator;
GRANT EXECUTE ON FUNCTION wait_for(text, numeric), pause(), resume() TO wirekite_operator;

-- The admin also tunes, resets, and mends what is run with the rights of openkite's own login: statements of the plan, expressions of
-- columns. CUTOVER is obeyed of those alone who are named in the setting `admins`.
GRANT wirekite_operator TO wirekite_admin;
GRANT UPDATE (value) ON wirekite_setting TO wirekite_admin;
GRANT UPDATE (expression) ON wirekite_column TO wirekite_admin;
GRANT UPDATE (statement) ON wirekite_task TO wirekite_admin;
GRANT EXECUTE ON FUNCTION reset(boolean) TO wirekite_admin;

-- The daemons' login, where it does not own the control tables: all rows, and nothing of their structure. What it needs of the
-- tables that are moved, `openkite doctor --grants` says.
GRANT SELECT ON migrations TO wirekite_daemon;
GRANT SELECT, INSERT, UPDATE, DELETE ON wirekite_action, wirekite_progress, wirekite_table, wirekite_worker, wirekite_setting,
  wirekite_history, wirekite_snapshot, wirekite_sample, wirekite_column, wirekite_error, wirekite_command, wirekite_ack,
  wirekite_metric, wirekite_checkpoint, wirekite_task, wirekite_task_dependency, wirekite_phase, load_run_log, load_run_snapshot
  TO wirekite_daemon;
GRANT SELECT ON wirekite_status, wirekite_incomplete, wirekite_stuck, wirekite_restarts, wirekite_lag, wirekite_following,
  wirekite_pause_budget, wirekite_command_in_force, wirekite_effective_action, wirekite_acknowledgement, wirekite_chunk_audit,
  wirekite_eta, wirekite_bottleneck, wirekite_scaling, wirekite_cutover_ready TO wirekite_daemon;
GRANT EXECUTE ON FUNCTION session_of(bigint) TO wirekite_daemon;
