-- What the running units of each side spent their time on in the last minute, the largest share first, with what each of them was
-- seen to do. Waiting for others is no reason: in a pipe the part that binds never waits.
CREATE OR REPLACE VIEW wirekite_bottleneck AS
SELECT r.what, round(r.share::numeric, 3) AS share,
  CASE WHEN r.share > 0 AND r.share = max(r.share) OVER () THEN 'YES' ELSE 'NO' END AS binds, r.evidence, r.advice,
  max(r.sampled_at) OVER () AS sampled_at
FROM (
  SELECT k.what, k.advice, coalesce(sum(m.part) / max(n.roles), 0) AS share,
    coalesce(string_agg(m.role || ' ' || m.activity || ' ' || round(100 * m.part)::text || ' %', ', ' ORDER BY m.part DESC, m.role), d.nothing, 'nobody') AS evidence,
    max(m.sampled_at) AS sampled_at
  FROM (VALUES ('source', 'SOURCE', 'extractors wait for the source: more extract_connections, or a replica of it'),
      ('disk', 'STORE', 'files are written or read slowly: a faster chunk store, or compression'),
      ('network', 'NETWORK', 'the target waits for rows that are on their way: daemons nearer to it'),
      ('cpu', 'CPU', 'our own processes are busy: more of them, here (auto_scale) or on other hosts'),
      ('target', 'TARGET', 'loaders wait for the target: more load_connections, fewer indexes, a larger server'),
      ('target', 'TASK', 'loaders wait for the target: more load_connections, fewer indexes, a larger server'),
      ('locks', 'LOCK', 'somebody holds locks on the target: wirekite_stuck says who'),
      ('throttle', 'THROTTLE', 'a throttle holds: wirekite_setting, wirekite_command_in_force')) AS k(what, activity, advice)
    CROSS JOIN (SELECT count(DISTINCT sampled_at) AS samples, count(DISTINCT name) AS roles FROM wirekite_metric
      WHERE sampled_at > clock_timestamp() - interval '1 minute' AND name IN ('share.extract', 'share.load')) n
    LEFT JOIN (SELECT CASE value WHEN 'YES' THEN 'nobody' ELSE 'nobody looks: bottleneck_detection is NO' END AS nothing
      FROM wirekite_setting WHERE name = 'bottleneck_detection') d ON true
    LEFT JOIN LATERAL (
      SELECT substr(s.name, 7) AS role, s.scope AS activity, sum(s.value) / n.samples AS part, max(s.sampled_at) AS sampled_at
      FROM wirekite_metric s
      WHERE s.sampled_at > clock_timestamp() - interval '1 minute' AND s.name IN ('share.extract', 'share.load') AND s.scope = k.activity
      GROUP BY s.name, s.scope
    ) m ON true
  GROUP BY k.what, k.advice, d.nothing
) r
ORDER BY r.share DESC, r.what;
