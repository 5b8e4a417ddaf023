-- THE TARGET FALLS BEHIND THE SOURCE

-- Of the tables in step. lag_seconds grows while paused and while nobody looks at the source (sampled_at is old then).
SELECT lag_seconds, lag_bytes, lag_transactions, sampled_at, tables_behind
FROM wirekite.wirekite_lag;

-- Where does it wait? sealed_seq does not rise: the change extractor (role capture). lane_seq does not: the change loader
-- (role follow).
SELECT stream, sealed_position, sealed_seq, lane_seq, tables_in_step, tables_behind
FROM wirekite.wirekite_following;
SELECT source, operation, verdict, reason, mark, updated_at, target_wait, target_query
FROM wirekite.wirekite_stuck
WHERE operation IN ('CE', 'C');
SELECT worker, role, state, why, heartbeat_at
FROM wirekite.wirekite_worker
WHERE role IN ('capture', 'follow') AND state NOT IN ('STOPPED', 'DEAD');

-- A stream or lane that was stopped says why, and is tried again by the next `openkite run --execute`.
SELECT source, target, mark, error FROM wirekite.wirekite_progress WHERE target IN ('CE', 'changes');

-- Tables that are not in step: being loaded, catching up (applied_seq rises), or stopped, with the reason.
SELECT table_name, state, applied_seq, start_seq, error
FROM wirekite.wirekite_table
WHERE applied_seq IS NOT NULL
ORDER BY applied_seq;

-- Larger windows apply a long backlog faster, and need more memory. Example:
--   UPDATE wirekite.wirekite_setting SET value = '67108864' WHERE name = 'window_bytes';
--   COMMIT;
