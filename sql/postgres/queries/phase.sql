-- name: insert_phases
INSERT INTO wirekite_phase (phase, name)
SELECT p.phase, p.name FROM jsonb_to_recordset(:phases::jsonb) AS p(phase int, name text)
ON CONFLICT (phase) DO UPDATE SET name = EXCLUDED.name

-- name: list_phases
SELECT f.phase, f.name, CASE WHEN f.opened_at IS NULL THEN 'NO' ELSE 'YES' END AS is_open,
  CASE WHEN f.ended_at IS NULL THEN 'NO' ELSE 'YES' END AS has_ended, coalesce(t.tasks, 0)::int AS unsettled
FROM wirekite_phase f LEFT JOIN (
  SELECT phase, count(*) AS tasks FROM wirekite_task
  WHERE state NOT IN ('DONE', 'SKIPPED', 'FAILED', 'BLOCKED', 'ABORTED') GROUP BY phase) t ON t.phase = f.phase
ORDER BY f.phase

-- name: open_phases
UPDATE wirekite_phase SET opened_at = clock_timestamp()
WHERE phase IN (SELECT n::int FROM jsonb_array_elements_text(:phases::jsonb) AS n) AND opened_at IS NULL

-- name: end_phases
UPDATE wirekite_phase SET ended_at = clock_timestamp()
WHERE phase IN (SELECT n::int FROM jsonb_array_elements_text(:phases::jsonb) AS n) AND ended_at IS NULL

-- name: reopen_phases
UPDATE wirekite_phase SET ended_at = NULL WHERE phase IN (SELECT n::int FROM jsonb_array_elements_text(:phases::jsonb) AS n)

-- name: close_phases
UPDATE wirekite_phase SET opened_at = NULL, ended_at = NULL WHERE phase > :after::int

-- name: unready_tasks
UPDATE wirekite_task SET state = 'WAITING', worker = NULL WHERE phase > :after::int AND state IN ('READY', 'RUNNING')

-- name: move_phases
-- Numbers are unique at every moment: below zero there is room for all of them.
WITH moves AS (SELECT old_phase, new_phase FROM jsonb_to_recordset(:moves::jsonb) AS m(old_phase int, new_phase int)),
  tasks AS (UPDATE wirekite_task t SET phase = m.new_phase FROM moves m WHERE t.phase = m.old_phase),
  placed AS (UPDATE wirekite_table t SET phase = m.new_phase FROM moves m WHERE t.phase = m.old_phase)
UPDATE wirekite_phase f SET phase = -m.new_phase FROM moves m WHERE f.phase = m.old_phase

-- name: settle_phases
UPDATE wirekite_phase SET phase = -phase WHERE phase < 0

-- name: phase_progress
-- Of a phase without tables, such as one of foreign keys alone, that all or nothing is done.
SELECT f.phase, f.name, count(t.table_name)::int AS tables,
  least(100, coalesce(100.0 * sum(t.rows_loaded) / nullif(sum(CASE WHEN t.state IN ('LOADED', 'DONE', 'SKIPPED') THEN t.rows_loaded
    ELSE greatest(t.rows_estimated, t.rows_extracted, t.rows_loaded) END), 0), CASE WHEN f.ended_at IS NULL THEN 0 ELSE 100 END))::double precision AS percent,
  extract(epoch FROM coalesce(f.ended_at, clock_timestamp()) - f.opened_at)::double precision AS seconds
FROM wirekite_phase f LEFT JOIN wirekite_table t ON t.phase = f.phase
GROUP BY f.phase, f.name, f.opened_at, f.ended_at ORDER BY f.phase
