-- What stands against a reset, a sentence each: a JSON array.
DROP PROCEDURE IF EXISTS reset_refusals;
CREATE PROCEDURE reset_refusals(OUT against LONGTEXT)
  SELECT COALESCE(JSON_ARRAYAGG(r.why), '[]') INTO against FROM (
    SELECT CONCAT('the migration was cut over, the target is not ours any more: ', file_value) AS why
    FROM wirekite_setting WHERE name = 'cut_over'
    UNION ALL
    SELECT CONCAT('wirekite_action says ', COALESCE(a.word, 'nothing'), ': UPDATE wirekite_action SET action = ''STOP'' first')
    FROM (SELECT GROUP_CONCAT(action) AS word FROM wirekite_action) a WHERE NOT a.word <=> 'STOP'
    UNION ALL
    SELECT CONCAT('worker ', worker, ' (process ', pid, ' on ', host, ') is alive, its lease ends ', lease_until)
    FROM wirekite_worker WHERE lease_until > UTC_TIMESTAMP(6)) r;

-- Daemons do not start while it is YES.
DROP PROCEDURE IF EXISTS set_reset_pending;
CREATE PROCEDURE set_reset_pending(word VARCHAR(3))
BEGIN
  UPDATE wirekite_setting SET file_value = word WHERE name = 'reset_pending' AND NOT file_value <=> word;
  INSERT INTO wirekite_setting (name, kind, meaning, file_value)
  SELECT 'reset_pending', 'fixed', 'YES while a reset has begun and not ended', word FROM DUAL
  WHERE NOT EXISTS (SELECT 1 FROM wirekite_setting w WHERE w.name = 'reset_pending');
  COMMIT;
END;

-- How many rows a table of the target has, and how a statement names it: looked up in the catalog, never pasted.
DROP PROCEDURE IF EXISTS count_target;
CREATE PROCEDURE count_target(target LONGTEXT, OUT quoted LONGTEXT, OUT found BIGINT)
BEGIN
  SELECT MAX(CONCAT('`', REPLACE(s.TABLE_SCHEMA, '`', '``'), '`.`', REPLACE(s.TABLE_NAME, '`', '``'), '`')) INTO quoted
  FROM information_schema.TABLES s
  WHERE s.TABLE_SCHEMA = REPLACE(SUBSTR(SUBSTRING_INDEX(target, '`.`', 1), 2), '``', '`')
    AND s.TABLE_NAME = REPLACE(LEFT(SUBSTRING_INDEX(target, '`.`', -1), CHAR_LENGTH(SUBSTRING_INDEX(target, '`.`', -1)) - 1), '``', '`');
  SET @openkite_found = NULL;
  IF quoted IS NOT NULL THEN
    SET @openkite_sql = CONCAT('SELECT COUNT(*) INTO @openkite_found FROM ', quoted);
    PREPARE counting FROM @openkite_sql;
    EXECUTE counting;
    DEALLOCATE PREPARE counting;
  END IF;
  SET found = @openkite_found;
END;

-- `CALL reset(TRUE)` shows what would be emptied and what stands against it; `CALL reset(FALSE)` empties it. TRUNCATE commits by
-- itself: until the end no daemon starts, and the same call goes on. The next run then forgets the rest, for all of it follows
-- from wirekite_progress.
DROP PROCEDURE IF EXISTS reset;
CREATE PROCEDURE reset(dry_run BOOLEAN)
BEGIN
  DECLARE is_over BOOLEAN DEFAULT FALSE;
  DECLARE told VARCHAR(128);
  DECLARE pending VARCHAR(3) DEFAULT COALESCE((SELECT file_value FROM wirekite_setting WHERE name = 'reset_pending'), 'NO');
  DECLARE table_of_source, target, quoted, verdict, against LONGTEXT;
  DECLARE loaded, found, is_changed BIGINT;
  DECLARE tables LONGTEXT DEFAULT '[]';
  DECLARE at_table BIGINT DEFAULT 0;
  DECLARE each_table CURSOR FOR
    SELECT t.table_name, t.target_name, COALESCE(p.marks, 0),
      COALESCE(t.start_seq IS NOT NULL AND NOT COALESCE(t.applied_seq < t.start_seq, FALSE), FALSE)
    FROM wirekite_table t LEFT JOIN (
      SELECT table_name, SUM(CASE WHEN mark REGEXP '^[0-9]{1,16}$' THEN CAST(mark AS SIGNED) ELSE 0 END) AS marks
      FROM wirekite_progress WHERE operation = 'D' GROUP BY table_name) p ON p.table_name = t.table_name
    ORDER BY t.table_name;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET is_over = TRUE;
  COMMIT;
  SET dry_run = COALESCE(dry_run, TRUE);
  IF NOT dry_run THEN
    CALL set_reset_pending('YES'); -- first, so that nobody begins after we have looked
  END IF;
  CALL reset_refusals(against);
  OPEN each_table;
  FETCH each_table INTO table_of_source, target, loaded, is_changed;
  WHILE NOT is_over DO
    CALL count_target(target, quoted, found);
    SET verdict = CASE WHEN quoted IS NULL THEN 'no such table' WHEN found = 0 THEN 'is empty'
      WHEN NOT is_changed AND found <> loaded THEN 'refused' WHEN dry_run THEN 'would be emptied' ELSE 'emptied' END;
    IF verdict = 'refused' THEN
      SET against = JSON_ARRAY_APPEND(against, '$',
        CONCAT(target, ' has ', found, ' rows, and wirekite_progress says that ', loaded, ' were loaded'));
    END IF;
    SET tables = JSON_ARRAY_APPEND(tables, '$', JSON_OBJECT('source', table_of_source, 'target', target, 'quoted', quoted,
      'loaded', loaded, 'found', found, 'verdict', verdict));
    FETCH each_table INTO table_of_source, target, loaded, is_changed;
  END WHILE;
  CLOSE each_table;
  IF NOT dry_run THEN
    IF JSON_LENGTH(against) > 0 THEN
      CALL set_reset_pending(pending);
      SET told = LEFT(CONCAT('reset refused, nothing was emptied: ', JSON_UNQUOTE(JSON_EXTRACT(against, '$[0]'))), 128);
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = told;
    END IF;
    SET @openkite_checks = @@SESSION.foreign_key_checks;
    SET SESSION foreign_key_checks = 0;
    WHILE at_table < JSON_LENGTH(tables) DO
      IF JSON_UNQUOTE(JSON_EXTRACT(tables, CONCAT('$[', at_table, '].verdict'))) = 'emptied' THEN
        SET @openkite_sql = CONCAT('TRUNCATE TABLE ', JSON_UNQUOTE(JSON_EXTRACT(tables, CONCAT('$[', at_table, '].quoted'))));
        PREPARE emptying FROM @openkite_sql;
        EXECUTE emptying;
        DEALLOCATE PREPARE emptying;
      END IF;
      SET at_table = at_table + 1;
    END WHILE;
    SET SESSION foreign_key_checks = @openkite_checks;
    DELETE FROM wirekite_progress;
    UPDATE wirekite_table SET rows_extracted = 0, rows_loaded = 0, bytes_loaded = 0, chunks_written = 0, chunks_loaded = 0,
      updated_at = UTC_TIMESTAMP(6);
    INSERT INTO wirekite_history (object, column_name, new_value)
    VALUES ('wirekite_progress', 'reset', 'everything was emptied by reset(FALSE)');
    CALL set_reset_pending('NO');
  END IF;
  SELECT r.table_of_source, r.target_name, r.rows_loaded, r.rows_found, r.verdict
  FROM JSON_TABLE(tables, '$[*]' COLUMNS (table_of_source LONGTEXT PATH '$.source', target_name LONGTEXT PATH '$.target',
    rows_loaded BIGINT PATH '$.loaded', rows_found BIGINT PATH '$.found', verdict LONGTEXT PATH '$.verdict')) r
  UNION ALL
  SELECT NULL, NULL, NULL, NULL, CONCAT('refused now: ', w.why) FROM JSON_TABLE(against, '$[*]' COLUMNS (why LONGTEXT PATH '$')) w;
END
