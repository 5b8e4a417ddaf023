-- How many workers of each kind would be of use now, and why: what an operator or an autoscaler reads. Never more than there are
-- pieces of work, nor more than the setting allows.
CREATE OR REPLACE VIEW wirekite_scaling AS
SELECT r.role, r.workers_now, greatest(1, least(r.pieces, r.most)) AS workers_wanted,
  CASE WHEN r.pieces = 0 THEN 'nothing waits' WHEN r.pieces >= r.most THEN format('%s pieces of work wait, %s allows no more', r.pieces, r.setting)
    ELSE format('%s pieces of work wait', r.pieces) END AS why
FROM (
  SELECT k.role, k.setting, (SELECT count(*) FROM wirekite_worker w WHERE w.role = k.role AND w.lease_until > clock_timestamp()) AS workers_now,
    (SELECT s.value::bigint FROM wirekite_setting s WHERE s.name = k.setting) AS most,
    CASE k.role WHEN 'extract' THEN (SELECT count(*) FROM wirekite_progress WHERE operation = 'DE' AND finish_time IS NULL)
      ELSE (SELECT count(*) FROM wirekite_progress WHERE operation = 'D' AND finish_time IS NULL)
        + (SELECT count(*) FROM wirekite_progress WHERE operation = 'DE' AND finish_time IS NOT NULL AND claimed_at IS NULL)
        + (SELECT count(*) FROM wirekite_task WHERE state IN ('READY', 'RUNNING') AND kind <> 'event') END AS pieces
  FROM (VALUES ('extract', 'extract_connections'), ('load', 'load_connections')) AS k(role, setting)
) r;
