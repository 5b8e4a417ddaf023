-- name: insert_sample
-- Where everything before it is in files already (an idle source), it is at once as good as applied.
WITH seen AS (
  UPDATE wirekite_worker SET source_position = :position::text, source_time = clock_timestamp()
  WHERE role = 'capture' AND lease_until > clock_timestamp()
)
INSERT INTO wirekite_sample (position, log_bytes, kept_bytes, limit_bytes, last_seq, applied_bytes)
VALUES (:position::text, :bytes::bigint, :kept::bigint, :limit::bigint,
  (SELECT last_seq FROM wirekite_progress WHERE operation = 'CE' AND finish_time IS NULL AND log_bytes >= :bytes::bigint),
  (SELECT CASE WHEN f.applied_seq >= f.sealed_seq THEN (SELECT log_bytes FROM wirekite_progress WHERE source = f.stream AND target = 'CE')
     ELSE (SELECT p.log_bytes FROM wirekite_progress p WHERE p.target = 'C' AND p.last_seq <= f.applied_seq
       ORDER BY p.last_seq DESC LIMIT 1) END
   FROM wirekite_following f))
RETURNING CASE WHEN EXISTS (SELECT 1 FROM wirekite_sample WHERE sampled_at >= date_trunc('minute', clock_timestamp()))
  THEN 'NO' ELSE 'YES' END AS first_of_minute

-- name: thin_samples
-- The newest one that is applied stays, however old: the lag is its age.
DELETE FROM wirekite_sample s
WHERE s.sampled_at < clock_timestamp() - interval '1 hour'
  AND (s.sampled_at < clock_timestamp() - interval '3 days' OR EXISTS (SELECT 1 FROM wirekite_sample b
    WHERE b.sampled_at < s.sampled_at AND b.sampled_at >= date_trunc('minute', s.sampled_at)))
  AND s.sampled_at IS DISTINCT FROM (SELECT max(a.sampled_at) FROM wirekite_sample a
    WHERE a.last_seq <= (SELECT applied_seq FROM wirekite_following))

-- name: caught_up_since
-- The source was looked at after that moment, and all that it had committed by then is in every table.
SELECT CASE WHEN EXISTS (SELECT 1 FROM wirekite_sample WHERE sampled_at > :since::timestamptz
  AND last_seq <= (SELECT lane_seq FROM wirekite_following WHERE tables_behind = 0)) THEN 'YES' ELSE 'NO' END AS caught_up

-- name: clock
SELECT clock_timestamp()::text AS now

-- name: read_lag
SELECT lag_bytes::text AS lag_bytes, lag_seconds::text AS lag_seconds, lag_transactions::text AS lag_transactions,
  tables_behind::text AS tables_behind, applied_seq::text AS applied_seq, sealed_seq::text AS sealed_seq
FROM wirekite_lag
