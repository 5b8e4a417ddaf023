-- The published table, made here or adopted. An adopted one keeps its strictest word; an empty one gets PAUSE, because only
-- a new migration may begin with RUN by itself: a new table gets its name when the word is in.
DROP PROCEDURE IF EXISTS wirekite_adopt;
CREATE PROCEDURE wirekite_adopt()
BEGIN
  DECLARE word VARCHAR(5);
  IF NOT EXISTS (SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'wirekite_action') THEN
    DROP TABLE IF EXISTS wirekite_action_new;
    CREATE TABLE wirekite_action_new (action VARCHAR(5), PRIMARY KEY (action));
    INSERT INTO wirekite_action_new (action) VALUES ('RUN');
    RENAME TABLE wirekite_action_new TO wirekite_action;
  END IF;
  START TRANSACTION;
  SELECT CASE WHEN SUM(said = 'STOP') > 0 THEN 'STOP' WHEN SUM(said = 'RUN') = COUNT(*) THEN 'RUN' ELSE 'PAUSE' END INTO word
  FROM (SELECT COALESCE(UPPER(TRIM(action)), '') AS said FROM wirekite_action FOR UPDATE) w;
  DELETE FROM wirekite_action;
  INSERT INTO wirekite_action (action) VALUES (word);
  COMMIT;
  SET @adopt = CONCAT('ALTER TABLE wirekite_action ENGINE = InnoDB, DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, ',
    'MODIFY action VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL',
    IF(EXISTS (SELECT 1 FROM information_schema.TABLE_CONSTRAINTS WHERE TABLE_SCHEMA = DATABASE()
      AND TABLE_NAME = 'wirekite_action' AND CONSTRAINT_TYPE = 'PRIMARY KEY'), '', ', ADD PRIMARY KEY (action)'),
    IF(EXISTS (SELECT 1 FROM information_schema.TABLE_CONSTRAINTS WHERE TABLE_SCHEMA = DATABASE()
      AND TABLE_NAME = 'wirekite_action' AND CONSTRAINT_NAME = 'wirekite_action_is_run_pause_or_stop'), '',
      ', ADD CONSTRAINT wirekite_action_is_run_pause_or_stop CHECK (action IN (''RUN'', ''PAUSE'', ''STOP''))'));
  PREPARE adopt FROM @adopt;
  EXECUTE adopt;
  DEALLOCATE PREPARE adopt;
END;
CALL wirekite_adopt();
DROP PROCEDURE wirekite_adopt
