-- name: sample_metrics
-- Of each role, the share of its running units that do or wait for something; and totals. A process that is busy itself waits for
-- nobody: that part of its time is CPU. A session of the target that waits for rows, of a loader that waits neither for its
-- file nor for itself, waits for the network.
WITH unit AS (
  SELECT w.role, least(1, coalesce(w.cpu_share, 0)) AS busy,
    CASE WHEN w.activity = 'TARGET' AND s.state = 'active' AND s.wait_event = 'ClientRead' THEN 'NETWORK' ELSE w.activity END AS activity
  FROM wirekite_worker w
    LEFT JOIN pg_stat_activity s ON s.pid = CASE WHEN w.target_session ~ '^[0-9]{1,9}$' THEN w.target_session::int END
  WHERE :shares::text = 'YES' AND w.lease_until > clock_timestamp() AND w.state = 'RUNNING' AND w.activity IS NOT NULL
), part AS (
  SELECT role, activity, 1 - busy AS amount FROM unit UNION ALL SELECT role, 'CPU', busy FROM unit
)
INSERT INTO wirekite_metric (name, scope, value, sampled_at)
SELECT s.name, s.scope, s.value, n.now FROM (
  SELECT 'share.' || p.role AS name, p.activity AS scope, sum(p.amount) / (SELECT count(*) FROM unit u WHERE u.role = p.role) AS value
  FROM part p GROUP BY p.role, p.activity
  UNION ALL
  SELECT t.name, '*', t.value FROM (
    SELECT sum(rows_extracted)::double precision AS rows_extracted, sum(rows_loaded)::double precision AS rows_loaded,
      sum(bytes_loaded)::double precision AS bytes_loaded, sum(errors_total)::double precision AS errors_total FROM wirekite_table
  ) s CROSS JOIN LATERAL (VALUES ('rows_extracted', s.rows_extracted), ('rows_loaded', s.rows_loaded),
    ('bytes_loaded', s.bytes_loaded), ('errors_total', s.errors_total)) AS t(name, value)
  UNION ALL
  SELECT 'applied_seq', '*', applied_seq::double precision FROM wirekite_following
) s, (SELECT clock_timestamp() AS now) n
WHERE s.value IS NOT NULL

-- name: thin_metrics
DELETE FROM wirekite_metric m
WHERE m.sampled_at < clock_timestamp() - interval '30 days' OR m.sampled_at < clock_timestamp() - interval '1 hour' AND EXISTS (
  SELECT 1 FROM wirekite_metric b WHERE b.name = m.name AND b.scope = m.scope
    AND b.sampled_at < m.sampled_at AND b.sampled_at >= date_trunc('minute', m.sampled_at))

-- name: look_at_scaling
SELECT s.role, s.workers_now::text AS workers, s.pieces::text AS pieces,
  (SELECT MAX(w.cpu_share) FROM wirekite_worker w WHERE w.role = s.role AND w.host = :host::text AND w.lease_until > clock_timestamp()) AS cpu,
  (SELECT b.what FROM wirekite_bottleneck b WHERE b.binds = 'YES' ORDER BY b.what LIMIT 1) AS binds,
  (SELECT SUM(t.bytes_loaded) FROM wirekite_table t)::text AS bytes
FROM wirekite_scaling s
