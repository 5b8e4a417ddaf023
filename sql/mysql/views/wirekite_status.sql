-- One row: how it stands. Marks that somebody has spoilt by hand count as nothing here, and stop their loader. Who holds an
-- uncommitted change of the action is told only to those who may see all processes: `change_held_by` stays empty.
CREATE OR REPLACE VIEW wirekite_status AS
SELECT k.records_processed, k.records_total,
  CASE WHEN k.elapsed_hours > 0 THEN ROUND(k.records_processed / k.elapsed_hours) END AS records_per_hour,
  k.errors_total, k.errors_recovered, k.errors_escalated,
  k.current_phase, k.current_table,
  CASE WHEN k.tables_total > 0 AND (k.is_loaded OR k.streams > 0 AND k.loading_tables + k.failed_tables = 0) THEN 100
    WHEN k.records_total > 0 THEN LEAST(99.9, ROUND(100.0 * k.records_processed / k.records_total, 1)) ELSE 0 END AS progress_percent,
  CASE WHEN k.records_processed > 0 AND k.records_total > k.records_processed THEN UTC_TIMESTAMP(6)
    + INTERVAL ROUND((k.records_total - k.records_processed) / k.records_processed * k.elapsed_hours * 3600) SECOND END AS eta_completion,
  CASE
    WHEN k.action_words IS NULL OR k.action_words NOT IN ('RUN', 'PAUSE', 'STOP') THEN 'paused'
    WHEN k.cut_over IS NOT NULL THEN 'cut over'
    WHEN k.is_loaded AND k.streams = 0 THEN 'loaded'
    WHEN k.action_words = 'STOP' OR k.said = 3 THEN 'stopped'
    WHEN k.tables_total = 0 THEN 'not started'
    WHEN k.coordinators = 0 AND k.failed_tables + k.failed_tasks > 0 THEN 'failed'
    WHEN k.coordinators = 0 THEN 'no coordinator'
    WHEN k.action_words = 'PAUSE' OR k.said = 2 THEN 'paused'
    WHEN k.streams = 0 OR k.loading_tables > 0 THEN 'running'
    WHEN k.tables_behind > 0 THEN 'catching up'
    ELSE 'following'
  END AS status,
  k.phase_total, k.phase_name, k.started_at, ROUND(k.elapsed_hours, 4) AS elapsed_hours,
  CASE WHEN k.errors_total > 0 THEN ROUND(k.errors_recovered / k.errors_total, 3) END AS recovery_rate,
  k.migration, k.action_words AS action, k.workers_alive, k.tables_total, k.open_tables, k.failed_tables, k.open_tasks, k.failed_tasks,
  k.bytes_loaded, k.bytes_total, NULL AS change_held_by, k.skipped_tables, k.open_commands, k.cut_over
FROM (
  SELECT t.*, d.current_table, ROUND(t.rows_loaded + d.rows_in_flight) AS records_processed, e.started_at,
    TIMESTAMPDIFF(MICROSECOND, e.started_at, COALESCE(e.ended_at, UTC_TIMESTAMP(6))) / 3600000000e0 AS elapsed_hours,
    t.tables_total > 0 AND t.open_tables = 0 AND q.open_tasks = 0 AS is_loaded,
    a.action_words, w.workers_alive, w.coordinators, q.open_tasks, q.failed_tasks, f.streams, f.tables_behind,
    (SELECT file_value FROM wirekite_setting WHERE name = 'migration') AS migration,
    (SELECT file_value FROM wirekite_setting WHERE name = 'cut_over') AS cut_over,
    (SELECT MAX(strictness) FROM wirekite_command_in_force WHERE scope = '*') AS said,
    (SELECT p.name FROM wirekite_phase p WHERE p.phase = t.current_phase) AS phase_name,
    (SELECT COUNT(*) FROM wirekite_command WHERE state IN ('PENDING', 'SEEN')) AS open_commands
  FROM (
    SELECT COALESCE(SUM(rows_loaded), 0) AS rows_loaded,
      COALESCE(SUM(CASE WHEN state IN ('LOADED', 'DONE') THEN rows_extracted WHEN state = 'SKIPPED' THEN rows_loaded ELSE GREATEST(rows_estimated, rows_extracted) END), 0) AS records_total,
      COALESCE(SUM(bytes_loaded), 0) AS bytes_loaded, COALESCE(SUM(GREATEST(bytes_estimated, bytes_loaded)), 0) AS bytes_total,
      COALESCE(SUM(errors_total), 0) AS errors_total, COALESCE(SUM(errors_recovered), 0) AS errors_recovered,
      COALESCE(SUM(errors_escalated), 0) AS errors_escalated,
      COALESCE((SELECT MIN(phase) FROM wirekite_phase WHERE ended_at IS NULL), MIN(CASE WHEN state NOT IN ('DONE', 'SKIPPED') THEN phase END), MAX(phase), 0) AS current_phase, COALESCE(MAX(phase), 0) AS phase_total,
      COUNT(*) AS tables_total, COUNT(CASE WHEN state NOT IN ('DONE', 'SKIPPED') THEN 1 END) AS open_tables,
      COUNT(CASE WHEN state IN ('PLANNED', 'COPYING') THEN 1 END) AS loading_tables,
      COUNT(CASE WHEN state IN ('FAILED', 'HELD', 'RELOAD_NEEDED') THEN 1 END) AS failed_tables,
      COUNT(CASE WHEN state = 'SKIPPED' THEN 1 END) AS skipped_tables
    FROM wirekite_table
  ) t, (
    SELECT COALESCE(SUM(CASE WHEN mark REGEXP '^[0-9]{1,16}$' THEN CAST(mark AS SIGNED) ELSE 0 END), 0) AS rows_in_flight,
      GROUP_CONCAT(DISTINCT table_name ORDER BY table_name SEPARATOR ', ') AS current_table
    FROM wirekite_progress WHERE operation = 'D' AND finish_time IS NULL
  ) d, (
    SELECT (SELECT MIN(opened_at) FROM wirekite_snapshot) AS started_at,
      CASE WHEN NOT EXISTS (SELECT 1 FROM wirekite_task WHERE state NOT IN ('DONE', 'SKIPPED'))
        THEN (SELECT MAX(finished_at) FROM wirekite_task) END AS ended_at
  ) e, (
    SELECT GROUP_CONCAT(UPPER(TRIM(action)) SEPARATOR ', ') AS action_words FROM wirekite_action
  ) a, (
    SELECT COUNT(*) AS workers_alive, COUNT(CASE WHEN role = 'coordinate' THEN 1 END) AS coordinators
    FROM wirekite_worker WHERE lease_until > UTC_TIMESTAMP(6)
  ) w, (
    SELECT COUNT(CASE WHEN kind <> 'event' THEN 1 END) AS open_tasks, COUNT(CASE WHEN state = 'FAILED' THEN 1 END) AS failed_tasks
    FROM wirekite_task WHERE state NOT IN ('DONE', 'SKIPPED')
  ) q, (
    SELECT COUNT(*) AS streams, COALESCE(MAX(tables_behind), 0) AS tables_behind FROM wirekite_following
  ) f
) k;
