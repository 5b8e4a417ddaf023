-- What a run remembers: its phases, each attempt and event, one document of the whole, and what workers cost.
ALTER TABLE wirekite_task DROP CONSTRAINT wirekite_task_state, ADD CONSTRAINT wirekite_task_state
  CHECK (state IN ('WAITING', 'READY', 'RUNNING', 'DONE', 'SKIPPED', 'FAILED', 'BLOCKED', 'HELD', 'ABORTED'));

ALTER TABLE wirekite_worker
  ADD COLUMN cpu_share double precision,
  ADD COLUMN memory_bytes bigint;

-- One row is a phase of the plan. Nothing of it is begun before it is opened: of a frontier all are, of waves one after another.
CREATE TABLE wirekite_phase (
  phase int PRIMARY KEY,
  name text NOT NULL,
  opened_at timestamptz,
  ended_at timestamptz
);

-- One row is an attempt that has ended, or an event.
CREATE TABLE load_run_log (
  log_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  batch_run_id text NOT NULL,
  dataset text NOT NULL,
  attempt_no int NOT NULL DEFAULT 1,
  status text NOT NULL CHECK (status IN ('success', 'error', 'skipped')),
  kind text NOT NULL CHECK (kind IN ('attempt', 'blocked', 'aborted', 'escalation', 'event')),
  blocked_by text,
  status_reason text,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  row_count bigint,
  error text
);
CREATE INDEX load_run_log_finished ON load_run_log (finished_at);
CREATE TRIGGER load_run_log_told AFTER INSERT ON load_run_log FOR EACH ROW
  WHEN (NEW.kind = 'escalation') EXECUTE PROCEDURE wirekite_wake();

-- One row is a run: what was planned, by which policy, and what came of it.
CREATE TABLE load_run_snapshot (
  batch_run_id text PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  document text NOT NULL
);

-- The log can only grow; what is older than history_days goes by itself.
CREATE FUNCTION load_run_log_guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  days int := coalesce((SELECT value::int FROM wirekite_setting WHERE name = 'history_days'), 90);
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.finished_at < clock_timestamp() - days * interval '1 day' THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'load_run_log only grows: rows go by themselves after % days (setting history_days)', days
    USING ERRCODE = '23514';
END $$;
REVOKE ALL ON FUNCTION load_run_log_guard() FROM PUBLIC;
CREATE TRIGGER load_run_log_guard BEFORE UPDATE OR DELETE ON load_run_log
  FOR EACH ROW EXECUTE PROCEDURE load_run_log_guard();
