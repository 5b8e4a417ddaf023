-- For how long a PAUSE may last: what the source keeps for us, and until when.
CREATE OR REPLACE VIEW wirekite_pause_budget AS
SELECT k.kept_bytes AS log_kept_bytes, k.limit_bytes AS log_limit_bytes, k.log_bytes_per_hour,
  CASE WHEN k.kept_bytes >= k.limit_bytes THEN 0
    WHEN k.log_bytes_per_hour > 0 THEN ROUND((k.limit_bytes - k.kept_bytes) / k.log_bytes_per_hour, 2) END AS hours_left,
  (SELECT ROUND(TIMESTAMPDIFF(MICROSECOND, MIN(opened_at), UTC_TIMESTAMP(6)) / 1000000)
   FROM wirekite_snapshot WHERE state = 'OPEN') AS snapshot_age_seconds,
  (SELECT CAST(COALESCE(SUM(p.byte_count), 0) AS SIGNED)
   FROM wirekite_progress p WHERE p.target = 'C' AND p.last_seq > k.everywhere_seq) AS changes_bytes,
  (SELECT CAST(COALESCE(value, file_value, default_value) AS SIGNED) FROM wirekite_setting
   WHERE name = 'changes_bytes') AS changes_budget_bytes,
  k.sampled_at
FROM (
  SELECT f.everywhere_seq, n.kept_bytes, n.limit_bytes, n.sampled_at,
    (SELECT ROUND((n.log_bytes - MIN(s.log_bytes)) * 3600
      / NULLIF(TIMESTAMPDIFF(MICROSECOND, MIN(s.sampled_at), n.sampled_at) / 1000000, 0))
     FROM wirekite_sample s WHERE s.sampled_at >= n.sampled_at - INTERVAL 10 MINUTE) AS log_bytes_per_hour
  FROM (SELECT 1 AS one) o
    LEFT JOIN wirekite_following f ON TRUE
    LEFT JOIN wirekite_sample n ON f.stream IS NOT NULL AND n.sampled_at = (SELECT MAX(s.sampled_at) FROM wirekite_sample s)
) k;
