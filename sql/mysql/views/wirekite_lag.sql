-- How far the tables in step are behind the source; where there are none, all that are behind. NULL as long as no changes
-- are followed. The lag is the age of the newest look at the source's log whose position is applied: it grows while nothing
-- is applied and while nobody looks.
CREATE OR REPLACE VIEW wirekite_lag AS
SELECT newest.log_bytes - applied.log_bytes AS lag_bytes,
  CASE WHEN applied.sampled_at = newest.sampled_at AND newest.sampled_at > UTC_TIMESTAMP(6) - INTERVAL 6 SECOND THEN 0
    ELSE ROUND(TIMESTAMPDIFF(MICROSECOND, applied.sampled_at, UTC_TIMESTAMP(6)) / 1000000, 1) END AS lag_seconds,
  f.sealed_seq - f.applied_seq AS lag_transactions, newest.sampled_at, f.tables_behind, f.applied_seq, f.sealed_seq
FROM (SELECT 1 AS one) o
  LEFT JOIN wirekite_following f ON TRUE
  LEFT JOIN wirekite_sample newest ON f.stream IS NOT NULL AND newest.sampled_at = (SELECT MAX(s.sampled_at) FROM wirekite_sample s)
  LEFT JOIN wirekite_sample applied
    ON applied.sampled_at = (SELECT MAX(s.sampled_at) FROM wirekite_sample s WHERE s.last_seq <= f.applied_seq);
