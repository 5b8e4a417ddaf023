-- name: sample_metrics
-- Of each role, the share of its running units that do or wait for something; and totals.
SET @sampled = UTC_TIMESTAMP(6);
INSERT INTO wirekite_metric (name, scope, value, sampled_at)
SELECT CONCAT('share.', k.role), k.activity, k.found / r.found, @sampled
FROM (SELECT role, activity, COUNT(*) AS found FROM wirekite_worker
    WHERE lease_until > UTC_TIMESTAMP(6) AND state = 'RUNNING' AND activity IS NOT NULL GROUP BY role, activity) k
  JOIN (SELECT role, COUNT(*) AS found FROM wirekite_worker
    WHERE lease_until > UTC_TIMESTAMP(6) AND state = 'RUNNING' AND activity IS NOT NULL GROUP BY role) r ON r.role = k.role;
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
