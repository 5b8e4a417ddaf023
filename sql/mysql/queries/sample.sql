-- name: insert_sample
-- Where everything before it is in files already (an idle source), it is at once as good as applied.
SELECT CASE WHEN EXISTS (SELECT 1 FROM wirekite_sample
  WHERE sampled_at >= UTC_TIMESTAMP() - INTERVAL SECOND(UTC_TIMESTAMP()) SECOND) THEN 'NO' ELSE 'YES' END AS first_of_minute;
UPDATE wirekite_worker SET source_position = :position, source_time = UTC_TIMESTAMP(6)
WHERE role = 'capture' AND lease_until > UTC_TIMESTAMP(6);
INSERT INTO wirekite_sample (position, log_bytes, kept_bytes, limit_bytes, last_seq, applied_bytes)
VALUES (:position, :bytes, :kept, :limit,
  (SELECT last_seq FROM wirekite_progress WHERE operation = 'CE' AND finish_time IS NULL AND log_bytes >= :bytes),
  (SELECT CASE WHEN f.applied_seq >= f.sealed_seq THEN (SELECT log_bytes FROM wirekite_progress WHERE source = f.stream AND target = 'CE')
     ELSE (SELECT p.log_bytes FROM wirekite_progress p WHERE p.target = 'C' AND p.last_seq <= f.applied_seq
       ORDER BY p.last_seq DESC LIMIT 1) END
   FROM wirekite_following f))

-- name: thin_samples
-- The newest one that is applied stays, however old: the lag is its age.
SET @applied = (SELECT MAX(sampled_at) FROM wirekite_sample WHERE last_seq <= (SELECT applied_seq FROM wirekite_following));
DELETE s FROM wirekite_sample s
  LEFT JOIN (SELECT MIN(sampled_at) AS sampled_at FROM wirekite_sample
    GROUP BY DATE_FORMAT(sampled_at, '%Y-%m-%d %H:%i')) k ON k.sampled_at = s.sampled_at
WHERE s.sampled_at < UTC_TIMESTAMP(6) - INTERVAL 1 HOUR
  AND (s.sampled_at < UTC_TIMESTAMP(6) - INTERVAL 3 DAY OR k.sampled_at IS NULL)
  AND NOT s.sampled_at <=> @applied

-- name: caught_up_since
-- The source was looked at after that moment, and all that it had committed by then is in every table.
SELECT CASE WHEN EXISTS (SELECT 1 FROM wirekite_sample WHERE sampled_at > :since
  AND last_seq <= (SELECT lane_seq FROM wirekite_following WHERE tables_behind = 0)) THEN 'YES' ELSE 'NO' END AS caught_up

-- name: clock
SELECT UTC_TIMESTAMP(6) AS now

-- name: read_lag
SELECT lag_bytes, lag_seconds, lag_transactions, tables_behind, applied_seq, sealed_seq FROM wirekite_lag
