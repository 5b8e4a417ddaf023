-- What the running units of each side spent their time on in the last minute, the largest share first. Waiting for others is no
-- reason: in a pipe the part that binds never waits.
CREATE OR REPLACE VIEW wirekite_bottleneck AS
SELECT r.what, round(r.share::numeric, 3) AS share,
  CASE WHEN r.share > 0 AND r.share = max(r.share) OVER () THEN 'YES' ELSE 'NO' END AS binds, r.evidence, r.advice,
  max(r.sampled_at) OVER () AS sampled_at
FROM (
  SELECT k.what, k.advice, coalesce(sum(m.value) / nullif(n.samples * greatest(n.roles, 1), 0), 0) AS share,
    coalesce(string_agg(DISTINCT substr(m.name, 7) || ' ' || m.scope, ', '), 'nobody') AS evidence, max(m.sampled_at) AS sampled_at
  FROM (VALUES ('source', 'SOURCE', 'extractors wait for the source: more extract_connections, or a replica of it'),
      ('disk', 'STORE', 'files are written or read slowly: a faster chunk store, or compression'),
      ('network', 'NETWORK', 'servers wait for the network: compression, smaller slices, daemons nearer to the servers'),
      ('cpu', 'CPU', 'our own processes are busy: more of them, on other hosts'),
      ('target', 'TARGET', 'loaders wait for the target: more load_connections, fewer indexes, a larger server'),
      ('target', 'TASK', 'loaders wait for the target: more load_connections, fewer indexes, a larger server'),
      ('locks', 'LOCK', 'somebody holds locks on the target: wirekite_stuck says who'),
      ('throttle', 'THROTTLE', 'a throttle holds: wirekite_setting, wirekite_command_in_force')) AS k(what, activity, advice)
    CROSS JOIN (SELECT count(DISTINCT sampled_at) AS samples, count(DISTINCT name) AS roles FROM wirekite_metric
      WHERE sampled_at > clock_timestamp() - interval '1 minute' AND name IN ('share.extract', 'share.load')) n
    LEFT JOIN wirekite_metric m ON m.scope = k.activity AND m.sampled_at > clock_timestamp() - interval '1 minute'
      AND m.name IN ('share.extract', 'share.load')
  GROUP BY k.what, k.advice, n.samples, n.roles
) r
ORDER BY r.share DESC, r.what;
