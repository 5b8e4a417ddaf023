-- MANY RESTARTS

-- A restart is a piece of work that was taken up again after a failure: nothing was loaded twice by it. A few, spread over
-- many files, are killed processes and lost connections. Many for one file, or one table, is something that repeats.
SELECT source, target, operation, table_name, restarts, error, worker
FROM wirekite.wirekite_restarts
ORDER BY restarts DESC;

-- By table: does it strike one of them, or all?
SELECT table_name, sum(restarts) AS all_restarts, max(restarts) AS worst, count(*) AS files
FROM wirekite.wirekite_progress
WHERE restarts > 0
GROUP BY table_name
ORDER BY sum(restarts) DESC;

-- Who dies? A worker that is DEAD left no last word; one that is STOPPED says why it ended.
SELECT worker, role, host, pid, state, why, started_at, heartbeat_at
FROM wirekite.wirekite_worker
WHERE state IN ('DEAD', 'STOPPED', 'STOPPING')
ORDER BY heartbeat_at DESC;

-- What is tried again now, and what stands in its way?
SELECT verdict, reason, source, table_name, restarts FROM wirekite.wirekite_stuck ORDER BY restarts DESC;

-- How often may one piece fail before its table is stopped? Tables that were stopped: failed.sql.
SELECT name, value, meaning FROM wirekite.wirekite_setting WHERE name IN ('max_retries', 'lease_seconds') ORDER BY name;
