-- What a DBA steers by and is told beyond the action: more of tables, workers, samples and settings; metrics, checkpoints.
-- A column that is there already was made before this migration was interrupted.
DROP PROCEDURE IF EXISTS wirekite_widen;
CREATE PROCEDURE wirekite_widen()
BEGIN
  DECLARE CONTINUE HANDLER FOR 1060 BEGIN END;
  ALTER TABLE wirekite_table
    ADD COLUMN schema_name VARCHAR(320) NOT NULL DEFAULT '',
    ADD COLUMN chunks_written BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN chunks_loaded BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN changes_skipped BIGINT NOT NULL DEFAULT 0;
  ALTER TABLE wirekite_worker
    ADD COLUMN settings_read_at DATETIME(6),
    ADD COLUMN activity VARCHAR(16),
    ADD COLUMN table_name VARCHAR(320),
    ADD COLUMN blocked_by LONGTEXT;
  ALTER TABLE wirekite_sample ADD COLUMN applied_bytes BIGINT;
END;
CALL wirekite_widen();
DROP PROCEDURE wirekite_widen;

UPDATE wirekite_table SET schema_name = LEFT(table_name, LOCATE('.', table_name) - 1) WHERE schema_name = '';
ALTER TABLE wirekite_table DROP CONSTRAINT wirekite_table_state, ADD CONSTRAINT wirekite_table_state
  CHECK (state IN ('PLANNED', 'COPYING', 'LOADED', 'DONE', 'FAILED', 'RELOAD_NEEDED', 'HELD', 'SKIPPED'));

-- One row is a figure at a moment.
CREATE TABLE IF NOT EXISTS wirekite_metric (
  sampled_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  name VARCHAR(64) NOT NULL,
  scope VARCHAR(320) NOT NULL DEFAULT '*',
  value DOUBLE NOT NULL,
  PRIMARY KEY (name, scope, sampled_at),
  KEY wirekite_metric_sampled (sampled_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One row is a state of all tables that somebody may want to return to.
CREATE TABLE IF NOT EXISTS wirekite_checkpoint (
  checkpoint_id BIGINT AUTO_INCREMENT PRIMARY KEY,
  batch_run_id VARCHAR(320),
  created_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  cause VARCHAR(320) NOT NULL,
  version VARCHAR(320) NOT NULL,
  document LONGTEXT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Of kind `word`: what is allowed are words with commas between them or, from ^ on, a regular expression that `unit` explains.
DROP PROCEDURE IF EXISTS wirekite_setting_check;
CREATE PROCEDURE wirekite_setting_check(name VARCHAR(64), kind VARCHAR(16), unit VARCHAR(64), min_value DECIMAL(38, 9),
  max_value DECIMAL(38, 9), allowed LONGTEXT, given LONGTEXT)
BEGIN
  DECLARE told VARCHAR(2000);
  DECLARE fits INT DEFAULT CASE kind WHEN 'integer' THEN given REGEXP '^-?[0-9]{1,18}$'
    WHEN 'number' THEN given REGEXP '^-?[0-9]{1,18}([.][0-9]{1,9})?$'
    ELSE allowed IS NULL OR CASE WHEN allowed LIKE '^%' THEN given REGEXP allowed ELSE FIND_IN_SET(given, allowed) > 0 END END;
  IF kind IN ('integer', 'number') AND fits THEN
    SET fits = CAST(given AS DECIMAL(38, 9)) BETWEEN COALESCE(min_value, CAST(given AS DECIMAL(38, 9)))
      AND COALESCE(max_value, CAST(given AS DECIMAL(38, 9)));
  END IF;
  IF NOT fits THEN
    SET told = LEFT(CONCAT('setting ', name, ' is ',
      CASE WHEN kind = 'integer' THEN 'a whole number' WHEN kind = 'number' THEN 'a number' WHEN allowed LIKE '^%' THEN unit
        ELSE CONCAT('one of ', allowed) END,
      COALESCE(CONCAT(' from ', TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM min_value)),
        ' to ', TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM max_value))), ''),
      CASE WHEN kind = 'word' THEN '' ELSE COALESCE(CONCAT(' (', unit, ')'), '') END, ', not ', QUOTE(given)), 128);
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = told;
  END IF;
END
