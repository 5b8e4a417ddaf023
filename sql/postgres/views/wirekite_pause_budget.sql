-- For how long a PAUSE may last: what the source keeps for us, and until when.
CREATE OR REPLACE VIEW wirekite_pause_budget AS
SELECT newest.kept_bytes AS log_kept_bytes, newest.limit_bytes AS log_limit_bytes, rate.log_bytes_per_hour,
  CASE WHEN newest.kept_bytes >= newest.limit_bytes THEN 0
    WHEN rate.log_bytes_per_hour > 0 THEN round((newest.limit_bytes - newest.kept_bytes) / rate.log_bytes_per_hour, 2) END AS hours_left,
  (SELECT round(extract(epoch FROM clock_timestamp() - min(opened_at))::numeric)
   FROM wirekite_snapshot WHERE state = 'OPEN') AS snapshot_age_seconds,
  (SELECT coalesce(sum(p.byte_count), 0)::bigint
   FROM wirekite_progress p WHERE p.target = 'C' AND p.last_seq > f.everywhere_seq) AS changes_bytes,
  (SELECT value::bigint FROM wirekite_setting WHERE name = 'changes_bytes') AS changes_budget_bytes,
  newest.sampled_at
FROM (SELECT 1) one
  LEFT JOIN wirekite_following f ON true
  LEFT JOIN LATERAL (SELECT * FROM wirekite_sample WHERE f.stream IS NOT NULL ORDER BY sampled_at DESC LIMIT 1) newest ON true
  LEFT JOIN LATERAL (
    SELECT round((newest.log_bytes - min(s.log_bytes)) * 3600
      / nullif(extract(epoch FROM newest.sampled_at - min(s.sampled_at))::numeric, 0)) AS log_bytes_per_hour
    FROM wirekite_sample s WHERE s.sampled_at >= newest.sampled_at - interval '10 minutes') rate ON true;
