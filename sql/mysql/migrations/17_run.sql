-- What a run remembers: its phases, each attempt and event, one document of the whole, and what workers cost.
ALTER TABLE wirekite_task DROP CONSTRAINT wirekite_task_state, ADD CONSTRAINT wirekite_task_state
  CHECK (state IN ('WAITING', 'READY', 'RUNNING', 'DONE', 'SKIPPED', 'FAILED', 'BLOCKED', 'HELD', 'ABORTED'));

-- A column that is there already was made before this migration was interrupted.
DROP PROCEDURE IF EXISTS wirekite_widen;
CREATE PROCEDURE wirekite_widen()
BEGIN
  DECLARE CONTINUE HANDLER FOR 1060 BEGIN END;
  ALTER TABLE wirekite_worker
    ADD COLUMN cpu_share DOUBLE,
    ADD COLUMN memory_bytes BIGINT;
END;
CALL wirekite_widen();
DROP PROCEDURE wirekite_widen;

-- One row is a phase of the plan. Nothing of it is begun before it is opened: of a frontier all are, of waves one after another.
CREATE TABLE IF NOT EXISTS wirekite_phase (
  phase INT PRIMARY KEY,
  name VARCHAR(64) NOT NULL,
  opened_at DATETIME(6),
  ended_at DATETIME(6)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One row is an attempt that has ended, or an event.
CREATE TABLE IF NOT EXISTS load_run_log (
  log_id BIGINT AUTO_INCREMENT PRIMARY KEY,
  batch_run_id VARCHAR(64) NOT NULL,
  dataset VARCHAR(380) NOT NULL,
  attempt_no INT NOT NULL DEFAULT 1,
  status VARCHAR(16) NOT NULL CHECK (status IN ('success', 'error', 'skipped')),
  kind VARCHAR(16) NOT NULL CHECK (kind IN ('attempt', 'blocked', 'aborted', 'escalation', 'event')),
  blocked_by VARCHAR(380),
  status_reason LONGTEXT,
  started_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  finished_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  row_count BIGINT,
  error LONGTEXT,
  KEY load_run_log_finished (finished_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One row is a run: what was planned, by which policy, and what came of it.
CREATE TABLE IF NOT EXISTS load_run_snapshot (
  batch_run_id VARCHAR(64) PRIMARY KEY,
  created_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  document LONGTEXT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
