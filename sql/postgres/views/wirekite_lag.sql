-- How far the tables in step are behind the source; where there are none, all that are behind. NULL as long as no changes
-- are followed. The lag is the age of the newest look at the source's log whose position is applied: it grows while nothing
-- is applied and while nobody looks.
CREATE OR REPLACE VIEW wirekite_lag AS
SELECT newest.log_bytes - applied.log_bytes AS lag_bytes,
  CASE WHEN applied.sampled_at = newest.sampled_at AND newest.sampled_at > clock_timestamp() - interval '6 seconds' THEN 0
    ELSE round(extract(epoch FROM clock_timestamp() - applied.sampled_at)::numeric, 1) END AS lag_seconds,
  f.sealed_seq - f.applied_seq AS lag_transactions, newest.sampled_at, f.tables_behind, f.applied_seq, f.sealed_seq
FROM (SELECT 1) one
  LEFT JOIN wirekite_following f ON true
  LEFT JOIN LATERAL (SELECT sampled_at, log_bytes FROM wirekite_sample
    WHERE f.stream IS NOT NULL ORDER BY sampled_at DESC LIMIT 1) newest ON true
  LEFT JOIN LATERAL (SELECT sampled_at, log_bytes FROM wirekite_sample
    WHERE last_seq <= f.applied_seq ORDER BY sampled_at DESC LIMIT 1) applied ON true;
