-- name: insert_phases
INSERT INTO wirekite_phase (phase, name)
SELECT p.phase, p.name FROM JSON_TABLE(:phases, '$[*]' COLUMNS (phase INT PATH '$.phase', name VARCHAR(64) PATH '$.name')) p
ON DUPLICATE KEY UPDATE wirekite_phase.name = p.name

-- name: list_phases
SELECT f.phase, f.name, CASE WHEN f.opened_at IS NULL THEN 'NO' ELSE 'YES' END AS is_open,
  CASE WHEN f.ended_at IS NULL THEN 'NO' ELSE 'YES' END AS has_ended, COALESCE(t.tasks, 0) AS unsettled
FROM wirekite_phase f LEFT JOIN (
  SELECT phase, COUNT(*) AS tasks FROM wirekite_task
  WHERE state NOT IN ('DONE', 'SKIPPED', 'FAILED', 'BLOCKED', 'ABORTED') GROUP BY phase) t ON t.phase = f.phase
ORDER BY f.phase

-- name: open_phases
UPDATE wirekite_phase f JOIN JSON_TABLE(:phases, '$[*]' COLUMNS (phase INT PATH '$')) n ON n.phase = f.phase
SET f.opened_at = UTC_TIMESTAMP(6) WHERE f.opened_at IS NULL

-- name: end_phases
UPDATE wirekite_phase f JOIN JSON_TABLE(:phases, '$[*]' COLUMNS (phase INT PATH '$')) n ON n.phase = f.phase
SET f.ended_at = UTC_TIMESTAMP(6) WHERE f.ended_at IS NULL

-- name: reopen_phases
UPDATE wirekite_phase f JOIN JSON_TABLE(:phases, '$[*]' COLUMNS (phase INT PATH '$')) n ON n.phase = f.phase SET f.ended_at = NULL

-- name: close_phases
UPDATE wirekite_phase SET opened_at = NULL, ended_at = NULL WHERE phase > :after

-- name: unready_tasks
UPDATE wirekite_task SET worker = NULL, state = 'WAITING' WHERE phase > :after AND state IN ('READY', 'RUNNING')

-- name: move_phases
-- Numbers are unique at every moment: below zero there is room for all of them.
UPDATE wirekite_task t JOIN JSON_TABLE(:moves, '$[*]' COLUMNS (old_phase INT PATH '$.old_phase', new_phase INT PATH '$.new_phase')) m
  ON m.old_phase = t.phase SET t.phase = m.new_phase;
UPDATE wirekite_table t JOIN JSON_TABLE(:moves, '$[*]' COLUMNS (old_phase INT PATH '$.old_phase', new_phase INT PATH '$.new_phase')) m
  ON m.old_phase = t.phase SET t.phase = m.new_phase;
UPDATE wirekite_phase f JOIN JSON_TABLE(:moves, '$[*]' COLUMNS (old_phase INT PATH '$.old_phase', new_phase INT PATH '$.new_phase')) m
  ON m.old_phase = f.phase SET f.phase = -m.new_phase

-- name: settle_phases
UPDATE wirekite_phase SET phase = -phase WHERE phase < 0

-- name: phase_progress
-- Of a phase without tables, such as one of foreign keys alone, that all or nothing is done.
SELECT f.phase, f.name, COUNT(t.table_name) AS tables,
  LEAST(100, COALESCE(100e0 * SUM(t.rows_loaded) / NULLIF(SUM(CASE WHEN t.state IN ('LOADED', 'DONE', 'SKIPPED') THEN t.rows_loaded
    ELSE GREATEST(t.rows_estimated, t.rows_extracted, t.rows_loaded) END), 0), CASE WHEN f.ended_at IS NULL THEN 0 ELSE 100 END)) AS percent,
  TIMESTAMPDIFF(MICROSECOND, f.opened_at, COALESCE(f.ended_at, UTC_TIMESTAMP(6))) / 1000000e0 AS seconds
FROM wirekite_phase f LEFT JOIN wirekite_table t ON t.phase = f.phase
GROUP BY f.phase, f.name, f.opened_at, f.ended_at ORDER BY f.phase
