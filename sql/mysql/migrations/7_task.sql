-- One row is one step of the plan, with the SQL that it runs. A DBA may read it, and mend it before it is retried. Two ids
-- fit into one key.
CREATE TABLE IF NOT EXISTS wirekite_task (
  task_id VARCHAR(380) NOT NULL PRIMARY KEY,
  batch_run_id VARCHAR(320),
  kind VARCHAR(64) NOT NULL,
  table_name VARCHAR(320),
  object_name VARCHAR(380),
  phase INT NOT NULL DEFAULT 1,
  state VARCHAR(16) NOT NULL DEFAULT 'WAITING',
  priority DOUBLE NOT NULL DEFAULT 0,
  estimate_seconds DOUBLE,
  worker VARCHAR(320),
  attempt_no INT NOT NULL DEFAULT 0,
  started_at DATETIME(6),
  finished_at DATETIME(6),
  outcome VARCHAR(320),
  status_reason LONGTEXT,
  blocked_by VARCHAR(380),
  statement LONGTEXT NOT NULL DEFAULT (''),
  byte_count BIGINT NOT NULL DEFAULT 0,
  is_optional VARCHAR(3) NOT NULL DEFAULT 'NO' CHECK (is_optional IN ('YES', 'NO')),
  is_repeated VARCHAR(3) NOT NULL DEFAULT 'NO' CHECK (is_repeated IN ('YES', 'NO')),
  `undo` LONGTEXT NOT NULL DEFAULT (''),
  CONSTRAINT wirekite_task_state CHECK (state IN ('WAITING', 'READY', 'RUNNING', 'DONE', 'SKIPPED', 'FAILED', 'BLOCKED')),
  KEY wirekite_task_open (state),
  KEY wirekite_task_of_table (table_name, kind)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS wirekite_task_dependency (
  task_id VARCHAR(380) NOT NULL,
  depends_on VARCHAR(380) NOT NULL,
  PRIMARY KEY (task_id, depends_on),
  KEY wirekite_task_dependency_back (depends_on),
  CONSTRAINT wirekite_task_dependency_of FOREIGN KEY (task_id) REFERENCES wirekite_task (task_id) ON DELETE CASCADE,
  CONSTRAINT wirekite_task_dependency_on FOREIGN KEY (depends_on) REFERENCES wirekite_task (task_id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
