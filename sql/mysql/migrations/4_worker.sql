-- One row is one unit that claims work. Its lease is the only thing that says it is alive. Two coordinators that make tasks
-- ready and close events would contradict each other: a hidden column is the same in all that are there.
CREATE TABLE IF NOT EXISTS wirekite_worker (
  worker VARCHAR(320) NOT NULL PRIMARY KEY,
  role VARCHAR(32) NOT NULL,
  host VARCHAR(320) NOT NULL,
  pid BIGINT NOT NULL,
  state VARCHAR(16) NOT NULL DEFAULT 'STARTING',
  why LONGTEXT,
  source_session VARCHAR(320),
  target_session VARCHAR(320),
  action_read VARCHAR(16),
  action_read_at DATETIME(6),
  source_position LONGTEXT,
  source_time DATETIME(6),
  lease_until DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6) + INTERVAL 15 SECOND),
  heartbeat_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  started_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  version VARCHAR(320) NOT NULL,
  at_mark LONGTEXT,
  coordinates INT GENERATED ALWAYS AS (CASE WHEN role = 'coordinate' AND state NOT IN ('STOPPED', 'DEAD') THEN 1 END) STORED
    /*!80023 INVISIBLE */ /*M!100303 INVISIBLE */,
  CONSTRAINT wirekite_worker_state
    CHECK (state IN ('STARTING', 'RUNNING', 'PAUSING', 'PAUSED', 'STOPPING', 'STOPPED', 'DEAD')),
  UNIQUE KEY wirekite_worker_one_coordinator (coordinates)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
