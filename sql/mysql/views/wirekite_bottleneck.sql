-- What the running units of each side spent their time on in the last minute, the largest share first. Waiting for others is no
-- reason: in a pipe the part that binds never waits.
CREATE OR REPLACE VIEW wirekite_bottleneck AS
SELECT r.what, ROUND(r.share, 3) AS share,
  CASE WHEN r.share > 0 AND r.share = MAX(r.share) OVER () THEN 'YES' ELSE 'NO' END AS binds, r.evidence, r.advice,
  MAX(r.sampled_at) OVER () AS sampled_at
FROM (
  SELECT k.what, k.advice, COALESCE(SUM(m.value) / NULLIF(n.samples * GREATEST(n.roles, 1), 0), 0) AS share,
    COALESCE(GROUP_CONCAT(DISTINCT CONCAT(SUBSTR(m.name, 7), ' ', m.scope) SEPARATOR ', '), 'nobody') AS evidence,
    MAX(m.sampled_at) AS sampled_at
  FROM (SELECT 'source' AS what, 'SOURCE' AS activity, 'extractors wait for the source: more extract_connections, or a replica of it' AS advice
      UNION ALL SELECT 'disk', 'STORE', 'files are written or read slowly: a faster chunk store, or compression'
      UNION ALL SELECT 'network', 'NETWORK', 'servers wait for the network: compression, smaller slices, daemons nearer to the servers'
      UNION ALL SELECT 'cpu', 'CPU', 'our own processes are busy: more of them, on other hosts'
      UNION ALL SELECT 'target', 'TARGET', 'loaders wait for the target: more load_connections, fewer indexes, a larger server'
      UNION ALL SELECT 'target', 'TASK', 'loaders wait for the target: more load_connections, fewer indexes, a larger server'
      UNION ALL SELECT 'locks', 'LOCK', 'somebody holds locks on the target: wirekite_stuck says who'
      UNION ALL SELECT 'throttle', 'THROTTLE', 'a throttle holds: wirekite_setting, wirekite_command_in_force') k
    CROSS JOIN (SELECT COUNT(DISTINCT sampled_at) AS samples, COUNT(DISTINCT name) AS roles FROM wirekite_metric
      WHERE sampled_at > UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE AND name IN ('share.extract', 'share.load')) n
    LEFT JOIN wirekite_metric m ON m.scope = k.activity AND m.sampled_at > UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE
      AND m.name IN ('share.extract', 'share.load')
  GROUP BY k.what, k.advice, n.samples, n.roles
) r
ORDER BY r.share DESC, r.what;
