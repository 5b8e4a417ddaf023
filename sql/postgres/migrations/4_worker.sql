-- One row is one unit that claims work. Its lease is the only thing that says it is alive.
CREATE TABLE wirekite_worker (
  worker text PRIMARY KEY,
  role text NOT NULL,
  host text NOT NULL,
  pid bigint NOT NULL,
  state text NOT NULL DEFAULT 'STARTING',
  why text,
  source_session text,
  target_session text,
  action_read text,
  action_read_at timestamptz,
  source_position text,
  source_time timestamptz,
  lease_until timestamptz NOT NULL DEFAULT clock_timestamp() + interval '15 seconds',
  heartbeat_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  version text NOT NULL,
  at_mark text,
  CONSTRAINT wirekite_worker_state
    CHECK (state IN ('STARTING', 'RUNNING', 'PAUSING', 'PAUSED', 'STOPPING', 'STOPPED', 'DEAD'))
);
-- Two that make tasks ready and close events would contradict each other.
CREATE UNIQUE INDEX wirekite_worker_one_coordinator ON wirekite_worker (role)
  WHERE role = 'coordinate' AND state NOT IN ('STOPPED', 'DEAD');
