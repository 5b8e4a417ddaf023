-- How many workers of each kind would be of use now, and why: what an operator or an autoscaler reads. Never more than there are
-- pieces of work, nor than max_workers leaves; and no more than there are where locks, a throttle, the disk or the network binds.
CREATE OR REPLACE VIEW wirekite_scaling AS
SELECT r.role, r.workers_now, GREATEST(1, LEAST(r.pieces, r.most, CASE WHEN r.helps = 'NO' THEN GREATEST(r.workers_now, 1) ELSE r.most END)) AS workers_wanted,
  CONCAT(CASE WHEN r.pieces = 0 THEN 'nothing waits' ELSE CONCAT(r.pieces, ' pieces of work wait') END,
    CASE WHEN r.pieces > r.most THEN ', max_workers allows no more' ELSE '' END,
    COALESCE(CONCAT('; ', r.what, ' binds (', ROUND(100 * r.share), ' %)', CASE WHEN r.helps = 'NO' THEN ': more workers would not help' ELSE '' END), '')) AS why,
  r.pieces
FROM (
  SELECT k.role, (SELECT COUNT(*) FROM wirekite_worker w WHERE w.role = k.role AND w.lease_until > UTC_TIMESTAMP(6)) AS workers_now,
    CASE k.role WHEN 'extract' THEN GREATEST(s.readers, s.most - s.loaders) ELSE GREATEST(s.loaders, s.most - s.readers) END AS most, b.what, b.share,
    CASE WHEN b.what IN ('locks', 'throttle', 'disk', 'network') THEN 'NO' ELSE 'YES' END AS helps,
    CASE k.role WHEN 'extract' THEN (SELECT COUNT(*) FROM wirekite_progress WHERE operation = 'DE' AND finish_time IS NULL)
      ELSE (SELECT COUNT(*) FROM wirekite_progress WHERE operation = 'D' AND finish_time IS NULL)
        + (SELECT COUNT(*) FROM wirekite_progress WHERE operation = 'DE' AND finish_time IS NOT NULL AND claimed_at IS NULL)
        + (SELECT COUNT(*) FROM wirekite_task WHERE state IN ('READY', 'RUNNING') AND kind <> 'event') END AS pieces
  FROM (SELECT 'extract' AS role UNION ALL SELECT 'load') k
    CROSS JOIN (SELECT MAX(CASE name WHEN 'extract_connections' THEN v END) AS readers, MAX(CASE name WHEN 'load_connections' THEN v END) AS loaders,
        MAX(CASE name WHEN 'max_workers' THEN v END) AS most
      FROM (SELECT name, CAST(COALESCE(value, file_value, default_value) AS SIGNED) AS v FROM wirekite_setting
        WHERE name IN ('extract_connections', 'load_connections', 'max_workers')) n) s
    LEFT JOIN (SELECT what, share FROM wirekite_bottleneck WHERE binds = 'YES' ORDER BY what LIMIT 1) b ON TRUE
) r;
