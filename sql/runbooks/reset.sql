-- BEGIN ANEW

-- 1. Stop, and wait until this shows no row.
UPDATE wirekite.wirekite_action SET action = 'STOP' WHERE action IN ('RUN', 'PAUSE', 'STOP');
COMMIT;
SELECT worker, host, pid, state FROM wirekite.wirekite_worker WHERE state NOT IN ('STOPPED', 'DEAD');

-- 2. and 3. Empty the progress AND the target tables, always both. This is what would be emptied:
SELECT target_name, rows_loaded FROM wirekite.wirekite_table ORDER BY target_name;
-- TRUNCATE TABLE wirekite.wirekite_progress;
-- TRUNCATE TABLE public.…, public.…;
-- (`openkite reset --execute` does both, and refuses while somebody works or the rows are not those it loaded.)

-- 4. Lift the STOP.
-- UPDATE wirekite.wirekite_action SET action = 'RUN' WHERE action IN ('RUN', 'PAUSE', 'STOP');
-- COMMIT;

-- 5. openkite run --execute. If a table still has rows, it says so and touches nothing. Foreign keys, triggers and indexes
-- are taken back before the rows and made again after them.
