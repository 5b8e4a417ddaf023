-- name: read_action
-- One row whatever the table holds, also ten thousand. The time is taken before the snapshot, so that a word that was
-- read "after" a moment was also current after it.
SELECT statement_timestamp()::text AS read_at, count(*)::int AS row_count,
  CASE WHEN bool_or(said = 'STOP') THEN 'YES' ELSE 'NO' END AS has_stop,
  CASE WHEN bool_or(said = 'PAUSE') THEN 'YES' ELSE 'NO' END AS has_pause,
  min(raw) FILTER (WHERE said = raw OR said IN ('RUN', 'PAUSE', 'STOP')) AS written,
  count(*) FILTER (WHERE said NOT IN ('RUN', 'PAUSE', 'STOP') OR said IS NULL)::int AS unknown_count,
  min(raw) FILTER (WHERE said NOT IN ('RUN', 'PAUSE', 'STOP')) AS unknown_word
FROM (SELECT action::text AS raw, upper(btrim(action::text, E' \t\r\n')) AS said FROM wirekite_action) w

-- name: limit_waits
-- Somebody who locks a control table must not hold a poll for ever.
SELECT set_config('lock_timeout', (:seconds::int * 1000)::text, false)

-- name: set_action
-- Sets the word whether the table has its one row, none, or several (before they are adopted).
WITH found AS (
  SELECT count(*)::int AS row_count, string_agg(action, ', ' ORDER BY action) AS words,
    coalesce(min(action) FILTER (WHERE action = :word::text), min(action)) AS kept
  FROM wirekite_action
), gone AS (
  DELETE FROM wirekite_action a USING found WHERE found.row_count > 1 AND a.action <> found.kept
), changed AS (
  UPDATE wirekite_action a SET action = :word::text FROM found WHERE found.row_count = 1 OR a.action = found.kept
), added AS (
  INSERT INTO wirekite_action (action) SELECT :word::text FROM found WHERE found.row_count = 0
)
SELECT row_count, words FROM found
