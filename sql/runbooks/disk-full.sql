-- A DISK IS FULL

-- Which one? A full target or chunk store is waited out: workers say it in `why` and go on by themselves once there is room.
-- Nothing is lost, and nothing is loaded twice.
SELECT worker, role, host, state, activity, why FROM wirekite.wirekite_worker WHERE state NOT IN ('STOPPED', 'DEAD') ORDER BY role, worker;
SELECT source, table_name, restarts, error FROM wirekite.wirekite_restarts WHERE error IS NOT NULL ORDER BY restarts DESC;

-- Tables that were stopped by it: what failed for good says so.
SELECT table_name, state, error FROM wirekite.wirekite_table WHERE error IS NOT NULL;

-- 1. Hold everything while you make room.
UPDATE wirekite.wirekite_action SET action = 'PAUSE' WHERE action IN ('RUN', 'PAUSE', 'STOP');
COMMIT;

-- 2. The chunk store (`chunks: { store: … }`): these files are written and not loaded yet. Do not delete any of them.
SELECT count(*) AS files, sum(byte_count) AS bytes
FROM wirekite.wirekite_progress
WHERE operation = 'DE' AND finish_time IS NOT NULL AND claimed_at IS NULL;
SELECT changes_bytes, changes_budget_bytes FROM wirekite.wirekite_pause_budget;
-- Less of it from now on, and loaded files go at once:
UPDATE wirekite.wirekite_setting SET value = '2000000000' WHERE name = 'budget_bytes';
COMMIT;
UPDATE wirekite.wirekite_setting SET value = '0' WHERE name = 'keep_seconds';
COMMIT;

-- 3. The target: room for what is still to come, before indexes.
SELECT bytes_loaded, bytes_total FROM wirekite.wirekite_status;

-- 4. Go on, and try again what was stopped.
UPDATE wirekite.wirekite_action SET action = 'RUN' WHERE action IN ('RUN', 'PAUSE', 'STOP');
COMMIT;
INSERT INTO wirekite.wirekite_command (action, scope) VALUES ('RETRY', '*');
COMMIT;

-- 5. Later: back to what the file says.
UPDATE wirekite.wirekite_setting SET value = NULL WHERE name IN ('budget_bytes', 'keep_seconds');
COMMIT;
