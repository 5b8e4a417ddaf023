-- The published table: rows of another program say nothing about our files, so one that holds any is refused. An empty one
-- is made anew, with our columns.
DROP PROCEDURE IF EXISTS wirekite_adopt;
CREATE PROCEDURE wirekite_adopt()
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLSTATE '42S02' BEGIN END; -- it is not there
  IF EXISTS (SELECT 1 FROM wirekite_progress) THEN
    SIGNAL SQLSTATE '42000' SET MESSAGE_TEXT = 'wirekite_progress holds rows that openkite did not write: choose another control database, or empty it';
  END IF;
END;
CALL wirekite_adopt();
DROP PROCEDURE wirekite_adopt;

DROP TABLE IF EXISTS wirekite_progress;
CREATE TABLE wirekite_progress (
  source VARCHAR(320) NOT NULL,
  target VARCHAR(320) NOT NULL,
  operation VARCHAR(16) NOT NULL,
  transmission VARCHAR(16) NOT NULL DEFAULT 'F',
  mark VARCHAR(64),
  table_name VARCHAR(320),
  start_time DATETIME(6) NOT NULL,
  finish_time DATETIME(6),
  restarts INT NOT NULL DEFAULT 0,
  generation INT NOT NULL DEFAULT 1,
  chunk_number BIGINT,
  position LONGTEXT,
  row_count BIGINT,
  byte_count BIGINT,
  checksum VARCHAR(320),
  worker VARCHAR(320),
  claimed_at DATETIME(6),
  updated_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  error LONGTEXT,
  first_seq BIGINT,
  last_seq BIGINT,
  log_bytes BIGINT,
  PRIMARY KEY (source, target),
  KEY wirekite_progress_unfinished (operation, finish_time, worker),
  KEY wirekite_progress_sealed (operation, claimed_at, finish_time),
  KEY wirekite_progress_of_table (table_name, operation),
  KEY wirekite_progress_restarted (restarts),
  KEY wirekite_progress_files (target, chunk_number),
  KEY wirekite_progress_applied (target, last_seq),
  KEY wirekite_progress_claimed (worker)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
