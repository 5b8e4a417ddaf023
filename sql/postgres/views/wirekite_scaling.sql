-- How many workers of each kind would be of use now, and why: what an operator or an autoscaler reads. Never more than there are
-- pieces of work, nor than max_workers leaves; and no more than there are where locks, a throttle, the disk or the network binds.
CREATE OR REPLACE VIEW wirekite_scaling AS
SELECT r.role, r.workers_now, greatest(1, least(r.pieces, r.most, CASE WHEN r.helps = 'NO' THEN greatest(r.workers_now, 1) ELSE r.most END)) AS workers_wanted,
  CASE WHEN r.pieces = 0 THEN 'nothing waits' ELSE format('%s pieces of work wait', r.pieces) END
    || CASE WHEN r.pieces > r.most THEN ', max_workers allows no more' ELSE '' END
    || coalesce(format('; %s binds (%s %%)', r.what, round(100 * r.share)) || CASE WHEN r.helps = 'NO' THEN ': more workers would not help' ELSE '' END, '') AS why,
  r.pieces
FROM (
  SELECT k.role, (SELECT count(*) FROM wirekite_worker w WHERE w.role = k.role AND w.lease_until > clock_timestamp()) AS workers_now,
    greatest(k.own, s.most - k.other) AS most, b.what, b.share,
    CASE WHEN b.what IN ('locks', 'throttle', 'disk', 'network') THEN 'NO' ELSE 'YES' END AS helps,
    CASE k.role WHEN 'extract' THEN (SELECT count(*) FROM wirekite_progress WHERE operation = 'DE' AND finish_time IS NULL)
      ELSE (SELECT count(*) FROM wirekite_progress WHERE operation = 'D' AND finish_time IS NULL)
        + (SELECT count(*) FROM wirekite_progress WHERE operation = 'DE' AND finish_time IS NOT NULL AND claimed_at IS NULL)
        + (SELECT count(*) FROM wirekite_task WHERE state IN ('READY', 'RUNNING') AND kind <> 'event') END AS pieces
  FROM (SELECT max(value::bigint) FILTER (WHERE name = 'extract_connections') AS readers, max(value::bigint) FILTER (WHERE name = 'load_connections') AS loaders,
      max(value::bigint) FILTER (WHERE name = 'max_workers') AS most
    FROM wirekite_setting WHERE name IN ('extract_connections', 'load_connections', 'max_workers')) s
    CROSS JOIN LATERAL (VALUES ('extract', s.readers, s.loaders), ('load', s.loaders, s.readers)) AS k(role, own, other)
    LEFT JOIN LATERAL (SELECT what, share FROM wirekite_bottleneck WHERE binds = 'YES' ORDER BY what LIMIT 1) b ON true
) r;
