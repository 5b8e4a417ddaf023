-- How many workers of each kind would be of use now, and why: what an operator or an autoscaler reads. Never more than there are
-- pieces of work, nor more than the setting allows.
CREATE OR REPLACE VIEW wirekite_scaling AS
SELECT r.role, r.workers_now, GREATEST(1, LEAST(r.pieces, r.most)) AS workers_wanted,
  CASE WHEN r.pieces = 0 THEN 'nothing waits' WHEN r.pieces >= r.most THEN CONCAT(r.pieces, ' pieces of work wait, ', r.setting, ' allows no more')
    ELSE CONCAT(r.pieces, ' pieces of work wait') END AS why
FROM (
  SELECT k.role, k.setting, (SELECT COUNT(*) FROM wirekite_worker w WHERE w.role = k.role AND w.lease_until > UTC_TIMESTAMP(6)) AS workers_now,
    (SELECT CAST(COALESCE(s.value, s.file_value, s.default_value) AS SIGNED) FROM wirekite_setting s WHERE s.name = k.setting) AS most,
    CASE k.role WHEN 'extract' THEN (SELECT COUNT(*) FROM wirekite_progress WHERE operation = 'DE' AND finish_time IS NULL)
      ELSE (SELECT COUNT(*) FROM wirekite_progress WHERE operation = 'D' AND finish_time IS NULL)
        + (SELECT COUNT(*) FROM wirekite_progress WHERE operation = 'DE' AND finish_time IS NOT NULL AND claimed_at IS NULL)
        + (SELECT COUNT(*) FROM wirekite_task WHERE state IN ('READY', 'RUNNING') AND kind <> 'event') END AS pieces
  FROM (SELECT 'extract' AS role, 'extract_connections' AS setting UNION ALL SELECT 'load', 'load_connections') k
) r;
