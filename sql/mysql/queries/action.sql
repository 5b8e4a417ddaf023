-- name: read_action
-- One row whatever the table holds, also ten thousand. The time is taken before the snapshot, so that a word that was
-- read "after" a moment was also current after it.
SELECT UTC_TIMESTAMP(6) AS read_at, COUNT(*) AS row_count,
  CASE WHEN COALESCE(SUM(said = 'STOP'), 0) > 0 THEN 'YES' ELSE 'NO' END AS has_stop,
  CASE WHEN COALESCE(SUM(said = 'PAUSE'), 0) > 0 THEN 'YES' ELSE 'NO' END AS has_pause,
  MIN(CASE WHEN said = raw OR said IN ('RUN', 'PAUSE', 'STOP') THEN raw END) AS written,
  COALESCE(SUM(said NOT IN ('RUN', 'PAUSE', 'STOP') OR said IS NULL), 0) AS unknown_count,
  MIN(CASE WHEN said NOT IN ('RUN', 'PAUSE', 'STOP') THEN raw END) AS unknown_word
FROM (SELECT action AS raw, UPPER(REGEXP_REPLACE(action, '^[ \t\r\n]+|[ \t\r\n]+$', '')) AS said FROM wirekite_action) w

-- name: limit_waits
-- Somebody who locks a control table must not hold a poll for ever.
SET SESSION lock_wait_timeout = :seconds, innodb_lock_wait_timeout = :seconds

-- name: set_action
-- Sets the word whether the table has its one row, none, or several (before they are adopted).
SELECT COUNT(*), GROUP_CONCAT(action ORDER BY action SEPARATOR ', '),
  COALESCE(MIN(CASE WHEN action = :word THEN action END), MIN(action))
INTO @found, @words, @kept FROM wirekite_action FOR UPDATE;
DELETE FROM wirekite_action WHERE @found > 1 AND action <> @kept;
UPDATE wirekite_action SET action = :word WHERE @found > 0;
INSERT INTO wirekite_action (action) SELECT :word FROM DUAL WHERE @found = 0;
SELECT CAST(@found AS SIGNED) AS row_count, @words AS words
