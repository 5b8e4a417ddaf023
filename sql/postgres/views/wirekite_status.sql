-- One row: how it stands. Marks that somebody has spoilt by hand count as nothing here, and stop their loader.
CREATE OR REPLACE VIEW wirekite_status AS
SELECT k.records_processed, k.records_total,
  CASE WHEN k.elapsed_hours > 0 THEN round(k.records_processed / k.elapsed_hours) END AS records_per_hour,
  k.errors_total, k.errors_recovered, k.errors_escalated,
  k.current_phase, k.current_table,
  CASE WHEN k.tables_total > 0 AND (k.is_loaded OR k.streams > 0 AND k.loading_tables + k.failed_tables = 0) THEN 100
    WHEN k.records_total > 0 THEN least(99.9, round(100.0 * k.records_processed / k.records_total, 1)) ELSE 0 END AS progress_percent,
  CASE WHEN k.records_processed > 0 AND k.records_total > k.records_processed THEN clock_timestamp()
    + (k.records_total - k.records_processed) / k.records_processed * k.elapsed_hours * interval '1 hour' END AS eta_completion,
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
  k.phase_total, k.phase_name, k.started_at, round(k.elapsed_hours, 4) AS elapsed_hours,
  CASE WHEN k.errors_total > 0 THEN round(k.errors_recovered / k.errors_total, 3) END AS recovery_rate,
  k.migration, k.action_words AS action, k.workers_alive, k.tables_total, k.open_tables, k.failed_tables, k.open_tasks, k.failed_tasks,
  k.bytes_loaded, k.bytes_total, k.change_held_by, k.skipped_tables, k.open_commands, k.cut_over
FROM (
  SELECT t.*, d.current_table, round(t.rows_loaded + d.rows_in_flight) AS records_processed,
    extract(epoch FROM coalesce(e.ended_at, clock_timestamp()) - e.started_at)::numeric / 3600 AS elapsed_hours,
    t.tables_total > 0 AND t.open_tables = 0 AND q.open_tasks = 0 AS is_loaded,
    e.*, a.action_words, w.workers_alive, w.coordinators, q.*, f.*,
    (SELECT value FROM wirekite_setting WHERE name = 'migration') AS migration,
    (SELECT value FROM wirekite_setting WHERE name = 'cut_over') AS cut_over,
    (SELECT max(strictness) FROM wirekite_command_in_force WHERE scope = '*') AS said,
    (SELECT p.name FROM wirekite_phase p WHERE p.phase = t.current_phase) AS phase_name,
    (SELECT count(*) FROM wirekite_command WHERE state IN ('PENDING', 'SEEN')) AS open_commands,
    (SELECT string_agg(format('session %s of %s since %s', s.pid, s.usename, s.xact_start), ', ')
     FROM pg_locks l JOIN pg_stat_activity s ON s.pid = l.pid
     WHERE l.relation = 'wirekite_action'::regclass AND l.mode = 'RowExclusiveLock' AND l.granted) AS change_held_by
  FROM (
    SELECT coalesce(sum(rows_loaded), 0) AS rows_loaded,
      coalesce(sum(CASE WHEN state IN ('LOADED', 'DONE') THEN rows_extracted WHEN state = 'SKIPPED' THEN rows_loaded ELSE greatest(rows_estimated, rows_extracted) END), 0) AS records_total,
      coalesce(sum(bytes_loaded), 0) AS bytes_loaded, coalesce(sum(greatest(bytes_estimated, bytes_loaded)), 0) AS bytes_total,
      coalesce(sum(errors_total), 0) AS errors_total, coalesce(sum(errors_recovered), 0) AS errors_recovered,
      coalesce(sum(errors_escalated), 0) AS errors_escalated,
      coalesce((SELECT min(phase) FROM wirekite_phase WHERE ended_at IS NULL), min(phase) FILTER (WHERE state NOT IN ('DONE', 'SKIPPED')), max(phase), 0) AS current_phase, coalesce(max(phase), 0) AS phase_total,
      count(*) AS tables_total, count(*) FILTER (WHERE state NOT IN ('DONE', 'SKIPPED')) AS open_tables,
      count(*) FILTER (WHERE state IN ('PLANNED', 'COPYING')) AS loading_tables,
      count(*) FILTER (WHERE state IN ('FAILED', 'HELD', 'RELOAD_NEEDED')) AS failed_tables,
      count(*) FILTER (WHERE state = 'SKIPPED') AS skipped_tables
    FROM wirekite_table
  ) t, (
    SELECT coalesce(sum(CASE WHEN mark ~ '^[0-9]{1,16}$' THEN mark::bigint ELSE 0 END), 0) AS rows_in_flight,
      string_agg(DISTINCT table_name, ', ') AS current_table
    FROM wirekite_progress WHERE operation = 'D' AND finish_time IS NULL
  ) d, (
    SELECT (SELECT min(opened_at) FROM wirekite_snapshot) AS started_at,
      CASE WHEN NOT EXISTS (SELECT 1 FROM wirekite_task WHERE state NOT IN ('DONE', 'SKIPPED'))
        THEN (SELECT max(finished_at) FROM wirekite_task) END AS ended_at
  ) e, (
    SELECT string_agg(upper(btrim(action)), ', ') AS action_words FROM wirekite_action
  ) a, (
    SELECT count(*) AS workers_alive, count(*) FILTER (WHERE role = 'coordinate') AS coordinators
    FROM wirekite_worker WHERE lease_until > clock_timestamp()
  ) w, (
    SELECT count(*) FILTER (WHERE kind <> 'event') AS open_tasks, count(*) FILTER (WHERE state = 'FAILED') AS failed_tasks
    FROM wirekite_task WHERE state NOT IN ('DONE', 'SKIPPED')
  ) q, (
    SELECT count(*) AS streams, coalesce(max(tables_behind), 0) AS tables_behind FROM wirekite_following
  ) f
) k;
