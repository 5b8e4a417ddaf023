-- One row is one step of the plan, with the SQL that it runs. A DBA may read it, and mend it before it is retried.
CREATE TABLE wirekite_task (
  task_id text PRIMARY KEY,
  batch_run_id text,
  kind text NOT NULL,
  table_name varchar(320),
  object_name text,
  phase int NOT NULL DEFAULT 1,
  state text NOT NULL DEFAULT 'WAITING',
  priority double precision NOT NULL DEFAULT 0,
  estimate_seconds double precision,
  worker text,
  attempt_no int NOT NULL DEFAULT 0,
  started_at timestamptz,
  finished_at timestamptz,
  outcome text,
  status_reason text,
  blocked_by text,
  statement text NOT NULL DEFAULT '',
  byte_count bigint NOT NULL DEFAULT 0,
  is_optional text NOT NULL DEFAULT 'NO' CHECK (is_optional IN ('YES', 'NO')),
  is_repeated text NOT NULL DEFAULT 'NO' CHECK (is_repeated IN ('YES', 'NO')),
  undo text NOT NULL DEFAULT '',
  CONSTRAINT wirekite_task_state CHECK (state IN ('WAITING', 'READY', 'RUNNING', 'DONE', 'SKIPPED', 'FAILED', 'BLOCKED'))
);
CREATE INDEX wirekite_task_open ON wirekite_task (state) WHERE state NOT IN ('DONE', 'SKIPPED');

CREATE TABLE wirekite_task_dependency (
  task_id text NOT NULL REFERENCES wirekite_task ON DELETE CASCADE,
  depends_on text NOT NULL REFERENCES wirekite_task ON DELETE CASCADE,
  PRIMARY KEY (task_id, depends_on)
);
CREATE INDEX wirekite_task_dependency_back ON wirekite_task_dependency (depends_on);

-- Whoever has ended a task wakes the coordinator, which wakes those who may do the next. Row by row: a statement that
-- changes nothing must wake nobody.
CREATE TRIGGER wirekite_task_wake AFTER UPDATE OF state ON wirekite_task FOR EACH ROW
  WHEN (NEW.state IS DISTINCT FROM OLD.state AND NEW.state <> 'RUNNING') EXECUTE PROCEDURE wirekite_wake();
