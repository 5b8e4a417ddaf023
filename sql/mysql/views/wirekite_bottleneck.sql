-- What the running units of each side spent their time on in the last minute, the largest share first, with what each of them was
-- seen to do. Waiting for others is no reason: in a pipe the part that binds never waits.
CREATE OR REPLACE VIEW wirekite_bottleneck AS
SELECT r.what, ROUND(r.share, 3) AS share,
  CASE WHEN r.share > 0 AND r.share = MAX(r.share) OVER () THEN 'YES' ELSE 'NO' END AS binds, r.evidence, r.advice,
  MAX(r.sampled_at) OVER () AS sampled_at
FROM (
  SELECT k.what, k.advice, COALESCE(SUM(m.value) / MAX(n.samples) / MAX(n.roles), 0) AS share,
    COALESCE(GROUP_CONCAT(CONCAT(m.role, ' ', m.activity, ' ', ROUND(100 * m.value / n.samples), ' %')
      ORDER BY m.value DESC, m.role SEPARATOR ', '), d.nothing, 'nobody') AS evidence,
    MAX(m.sampled_at) AS sampled_at
  FROM (SELECT 'source' AS what, 'SOURCE' AS activity, 'extractors wait for the source: more extract_connections, or a replica of it' AS advice
      UNION ALL SELECT 'disk', 'STORE', 'files are written or read slowly: a faster chunk store, or compression'
      UNION ALL SELECT 'network', 'NETWORK', 'the target waits for rows that are on their way: daemons nearer to it'
      UNION ALL SELECT 'cpu', 'CPU', 'our own processes are busy: more of them, here (auto_scale) or on other hosts'
      UNION ALL SELECT 'target', 'TARGET', 'loaders wait for the target: more load_connections, fewer indexes, a larger server'
      UNION ALL SELECT 'target', 'TASK', 'loaders wait for the target: more load_connections, fewer indexes, a larger server'
      UNION ALL SELECT 'locks', 'LOCK', 'somebody holds locks on the target: wirekite_stuck says who'
      UNION ALL SELECT 'throttle', 'THROTTLE', 'a throttle holds: wirekite_setting, wirekite_command_in_force') k
    CROSS JOIN (SELECT COUNT(DISTINCT sampled_at) AS samples, COUNT(DISTINCT name) AS roles FROM wirekite_metric
      WHERE sampled_at > UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE AND name IN ('share.extract', 'share.load')) n
    LEFT JOIN (SELECT CASE COALESCE(value, file_value, default_value) WHEN 'YES' THEN 'nobody'
        ELSE 'nobody looks: bottleneck_detection is NO' END AS nothing
      FROM wirekite_setting WHERE name = 'bottleneck_detection') d ON TRUE
    LEFT JOIN (SELECT SUBSTR(name, 7) AS role, scope AS activity, SUM(value) AS value, MAX(sampled_at) AS sampled_at FROM wirekite_metric
      WHERE sampled_at > UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE AND name IN ('share.extract', 'share.load') GROUP BY name, scope) m
      ON m.activity = k.activity
  GROUP BY k.what, k.advice, d.nothing
) r
ORDER BY r.share DESC, r.what;
