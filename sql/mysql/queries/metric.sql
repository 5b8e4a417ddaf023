-- name: sample_metrics
-- Of each role, the share of its running units that do or wait for something; and totals. A process that is busy itself waits for
-- nobody: that part of its time is CPU. A session of the target that reads from the net, of a loader that waits neither for its
-- file nor for itself, waits for the network.
SET @sampled = UTC_TIMESTAMP(6);
INSERT INTO wirekite_metric (name, scope, value, sampled_at)
WITH unit AS (
  SELECT w.role, LEAST(1, COALESCE(w.cpu_share, 0)) AS busy,
    CASE WHEN w.activity = 'TARGET' AND s.STATE = 'Reading from net' THEN 'NETWORK' ELSE w.activity END AS activity
  FROM wirekite_worker w LEFT JOIN information_schema.PROCESSLIST s ON s.ID = w.target_session
  WHERE :shares = 'YES' AND w.lease_until > UTC_TIMESTAMP(6) AND w.state = 'RUNNING' AND w.activity IS NOT NULL
), part AS (
  SELECT role, activity, 1 - busy AS amount FROM unit UNION ALL SELECT role, 'CPU', busy FROM unit
)
SELECT CONCAT('share.', p.role), p.activity, SUM(p.amount) / (SELECT COUNT(*) FROM unit u WHERE u.role = p.role), @sampled
FROM part p GROUP BY p.role, p.activity;
INSERT INTO wirekite_metric (name, value, sampled_at)
SELECT s.name, s.value, @sampled
FROM (SELECT 'rows_extracted' AS name, SUM(rows_extracted) AS value FROM wirekite_table
  UNION ALL SELECT 'rows_loaded', SUM(rows_loaded) FROM wirekite_table
  UNION ALL SELECT 'bytes_loaded', SUM(bytes_loaded) FROM wirekite_table
  UNION ALL SELECT 'errors_total', SUM(errors_total) FROM wirekite_table
  UNION ALL SELECT 'applied_seq', applied_seq FROM wirekite_following) s
WHERE s.value IS NOT NULL

-- name: thin_metrics
DELETE m FROM wirekite_metric m
  LEFT JOIN (SELECT MIN(sampled_at) AS sampled_at, name, scope FROM wirekite_metric
    GROUP BY name, scope, DATE_FORMAT(sampled_at, '%Y-%m-%d %H:%i')) k
  ON k.name = m.name AND k.scope = m.scope AND k.sampled_at = m.sampled_at
WHERE m.sampled_at < UTC_TIMESTAMP(6) - INTERVAL 30 DAY OR m.sampled_at < UTC_TIMESTAMP(6) - INTERVAL 1 HOUR AND k.name IS NULL

-- name: look_at_scaling
SELECT s.role, s.workers_now AS workers, s.pieces AS pieces,
  (SELECT MAX(w.cpu_share) FROM wirekite_worker w WHERE w.role = s.role AND w.host = :host AND w.lease_until > UTC_TIMESTAMP(6)) AS cpu,
  (SELECT b.what FROM wirekite_bottleneck b WHERE b.binds = 'YES' ORDER BY b.what LIMIT 1) AS binds,
  (SELECT SUM(t.bytes_loaded) FROM wirekite_table t) AS bytes
FROM wirekite_scaling s
