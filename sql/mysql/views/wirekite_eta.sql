-- When it will be over: per table and in all for the rows, and for the changes that are not applied yet. By the speeds at which
-- one loader has brought in each of the last thousand chunks that went through at once: half of them were faster than the
-- middle one, a tenth was faster than the low figure's, a tenth slower than the high one's. A table with fewer than three
-- such chunks goes by the speed of all. It stays visible in a PAUSE: the verdict says what stands against it.
CREATE OR REPLACE VIEW wirekite_eta AS
WITH chunk AS (
  SELECT p.table_name, p.row_count / p.seconds AS row_speed, p.byte_count / p.seconds AS byte_speed
  FROM (SELECT table_name, row_count, byte_count, restarts, GREATEST(TIMESTAMPDIFF(MICROSECOND, start_time, finish_time) / 1000000, 0.001) AS seconds
    FROM wirekite_progress WHERE operation = 'D' AND finish_time IS NOT NULL ORDER BY finish_time DESC LIMIT 1000) p
  WHERE p.row_count > 0 AND p.restarts = 0
), ranked AS ( -- apart from those of each table: MariaDB 10.11 mixes the orders of two windows in one query up
  SELECT c.byte_speed, ROW_NUMBER() OVER (ORDER BY c.byte_speed) AS place, COUNT(*) OVER () AS found FROM chunk c
), own_ranked AS (
  SELECT c.table_name, c.row_speed, ROW_NUMBER() OVER (PARTITION BY c.table_name ORDER BY c.row_speed) AS own_place,
    COUNT(*) OVER (PARTITION BY c.table_name) AS own_found
  FROM chunk c
), speed AS (
  SELECT MAX(CASE WHEN place = CEIL(found * 0.1) THEN byte_speed END) AS slow, MAX(CASE WHEN place = CEIL(found * 0.5) THEN byte_speed END) AS middle,
    MAX(CASE WHEN place = CEIL(found * 0.9) THEN byte_speed END) AS fast
  FROM ranked
), own AS (
  SELECT table_name, MAX(CASE WHEN own_place = CEIL(own_found * 0.1) THEN row_speed END) AS slow,
    MAX(CASE WHEN own_place = CEIL(own_found * 0.5) THEN row_speed END) AS middle,
    MAX(CASE WHEN own_place = CEIL(own_found * 0.9) THEN row_speed END) AS fast
  FROM own_ranked WHERE own_found >= 3 GROUP BY table_name
), loaders AS (
  SELECT CASE WHEN COUNT(*) > 0 THEN COUNT(*)
    ELSE (SELECT CAST(COALESCE(value, file_value, default_value) AS SIGNED) FROM wirekite_setting WHERE name = 'load_connections') END AS n
  FROM wirekite_worker WHERE role = 'load' AND lease_until > UTC_TIMESTAMP(6)
), rest AS (
  SELECT w.table_name, w.state, w.rows_left, CASE WHEN w.rows_total > 0 THEN w.bytes_estimated * w.rows_left / w.rows_total
    ELSE GREATEST(w.bytes_estimated - w.bytes_loaded, 0) END AS bytes_left
  FROM (SELECT t.table_name, t.state, t.bytes_estimated, t.bytes_loaded, t.rows_total,
      CASE WHEN t.state IN ('LOADED', 'DONE', 'SKIPPED') THEN 0 ELSE GREATEST(t.rows_total - t.rows_loaded - COALESCE(d.in_flight, 0), 0) END AS rows_left
    FROM (SELECT table_name, state, bytes_estimated, bytes_loaded, rows_loaded,
        GREATEST(rows_estimated, rows_extracted) AS rows_total FROM wirekite_table) t
      LEFT JOIN (SELECT table_name, SUM(CASE WHEN mark REGEXP '^[0-9]{1,16}$' THEN CAST(mark AS SIGNED) ELSE 0 END) AS in_flight
        FROM wirekite_progress WHERE operation = 'D' AND finish_time IS NULL GROUP BY table_name) d ON d.table_name = t.table_name) w
), work AS (
  SELECT r.table_name, r.state, r.rows_left, r.bytes_left,
    COALESCE(r.rows_left / NULLIF(o.fast, 0), r.bytes_left / NULLIF(s.fast, 0)) / l.n AS low,
    COALESCE(r.rows_left / NULLIF(o.middle, 0), r.bytes_left / NULLIF(s.middle, 0)) / l.n AS middle,
    COALESCE(r.rows_left / NULLIF(o.slow, 0), r.bytes_left / NULLIF(s.slow, 0)) / l.n AS high, s.middle * l.n AS speed
  FROM rest r CROSS JOIN speed s CROSS JOIN loaders l LEFT JOIN own o ON o.table_name = r.table_name
), word AS (
  SELECT CASE WHEN a.action_words IS NULL OR a.action_words <> 'RUN' THEN CONCAT('wirekite_action says ', COALESCE(a.action_words, 'nothing'))
    WHEN g.action <> 'RUN' THEN CONCAT(g.action, ' by ', g.author) WHEN h.command_id IS NOT NULL THEN CONCAT('THROTTLE ', h.value, ' by ', h.author) END AS held
  FROM (SELECT GROUP_CONCAT(UPPER(TRIM(action)) SEPARATOR ', ') AS action_words FROM wirekite_action) a
    LEFT JOIN wirekite_command_in_force g ON g.scope = '*' AND g.strictness IS NOT NULL
    LEFT JOIN wirekite_command_in_force h ON h.scope = '*' AND h.action = 'THROTTLE'
), pace AS (
  SELECT n.log_bytes - n.applied_bytes AS log_lag, ((n.applied_bytes - a.applied_bytes) - (n.log_bytes - a.log_bytes)) / NULLIF(TIMESTAMPDIFF(MICROSECOND, a.sampled_at, n.sampled_at) / 1000000, 0) AS net_1, ((n.applied_bytes - b.applied_bytes) - (n.log_bytes - b.log_bytes)) / NULLIF(TIMESTAMPDIFF(MICROSECOND, b.sampled_at, n.sampled_at) / 1000000, 0) AS net_5, ((n.applied_bytes - c.applied_bytes) - (n.log_bytes - c.log_bytes)) / NULLIF(TIMESTAMPDIFF(MICROSECOND, c.sampled_at, n.sampled_at) / 1000000, 0) AS net_15
  FROM (SELECT sampled_at, log_bytes, applied_bytes FROM wirekite_sample WHERE applied_bytes IS NOT NULL ORDER BY sampled_at DESC LIMIT 1) n
    LEFT JOIN wirekite_sample a ON a.sampled_at = (SELECT MIN(s.sampled_at) FROM wirekite_sample s
      WHERE s.applied_bytes IS NOT NULL AND s.sampled_at > UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE)
    LEFT JOIN wirekite_sample b ON b.sampled_at = (SELECT MIN(s.sampled_at) FROM wirekite_sample s
      WHERE s.applied_bytes IS NOT NULL AND s.sampled_at > UTC_TIMESTAMP(6) - INTERVAL 5 MINUTE)
    LEFT JOIN wirekite_sample c ON c.sampled_at = (SELECT MIN(s.sampled_at) FROM wirekite_sample s
      WHERE s.applied_bytes IS NOT NULL AND s.sampled_at > UTC_TIMESTAMP(6) - INTERVAL 15 MINUTE)
), catching AS (
  SELECT p.log_lag, p.net_5, CASE WHEN p.log_lag <= 0 THEN 0 WHEN p.net_5 > 0 THEN p.log_lag / p.net_5 END AS middle,
    CASE WHEN p.log_lag <= 0 THEN 0 WHEN GREATEST(p.net_1, p.net_5, p.net_15) > 0 THEN p.log_lag / GREATEST(p.net_1, p.net_5, p.net_15) END AS low,
    CASE WHEN p.log_lag <= 0 THEN 0 WHEN LEAST(p.net_1, p.net_5, p.net_15) > 0 THEN p.log_lag / LEAST(p.net_1, p.net_5, p.net_15) END AS high
  FROM pace p
)
SELECT e.what, e.table_name, ROUND(e.rows_left) AS rows_left, ROUND(e.bytes_left) AS bytes_left, ROUND(e.speed) AS bytes_per_second,
  ROUND(e.middle) AS eta_seconds, ROUND(e.low) AS eta_seconds_low, ROUND(e.high) AS eta_seconds_high,
  UTC_TIMESTAMP(6) + INTERVAL ROUND(e.middle) SECOND AS eta_completion,
  CASE WHEN e.rows_left = 0 AND e.what <> 'changes' THEN 'in' WHEN e.stopped > 0 AND e.what = 'table' THEN 'never: it is stopped'
    WHEN e.middle IS NULL AND e.what = 'changes' THEN 'never at this rate' WHEN e.middle IS NULL THEN 'no history yet'
    ELSE 'at this rate' END AS verdict, e.held AS held_by
FROM (
  SELECT 'all' AS what, CAST(NULL AS CHAR(320)) AS table_name, SUM(w.rows_left) AS rows_left, SUM(w.bytes_left) AS bytes_left, MAX(w.speed) AS speed,
    SUM(w.middle) AS middle, SUM(w.low) AS low, SUM(w.high) AS high, 0 AS stopped, (SELECT held FROM word) AS held
  FROM work w
  UNION ALL
  SELECT 'changes', NULL, NULL, c.log_lag, c.net_5, c.middle, c.low, c.high, 0, (SELECT held FROM word) FROM catching c
  UNION ALL
  SELECT 'table', w.table_name, w.rows_left, w.bytes_left, w.speed, w.middle, w.low, w.high,
    CASE WHEN w.state IN ('FAILED', 'HELD', 'RELOAD_NEEDED') THEN 1 ELSE 0 END, NULL
  FROM work w WHERE w.rows_left > 0
) e;
