-- name: sample_metrics
-- Of each role, the share of its running units that do or wait for something; and totals.
INSERT INTO wirekite_metric (name, scope, value, sampled_at)
SELECT s.name, s.scope, s.value, n.now FROM (
  SELECT 'share.' || role AS name, activity AS scope, count(*)::double precision / sum(count(*)) OVER (PARTITION BY role) AS value
  FROM wirekite_worker WHERE lease_until > clock_timestamp() AND state = 'RUNNING' AND activity IS NOT NULL GROUP BY role, activity
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
