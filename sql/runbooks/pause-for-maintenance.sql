-- HOLD IT, GO ON, END IT

-- Every daemon ends its batch and gives its data sessions back. What cannot be split (an index, a slice) runs to its end:
-- such a worker says PAUSING and why. The source keeps the snapshot open meanwhile, so its dead rows stay: do not
-- leave a PAUSE for days, or set keep_snapshot_seconds.
UPDATE wirekite.wirekite_action SET action = 'PAUSE' WHERE action IN ('RUN', 'PAUSE', 'STOP');
COMMIT;

-- Has everybody stopped? All must say PAUSED. To wait for it, after the COMMIT and as a statement by itself:
--   PostgreSQL:      SELECT wirekite.wait_for('PAUSE', 60);
--   MySQL, MariaDB:  CALL wirekite.wait_for('PAUSE', 60);
SELECT role, worker, state, why, at_mark FROM wirekite.wirekite_worker WHERE state NOT IN ('STOPPED', 'DEAD');

-- Since when does the source hold a snapshot for us?
SELECT snapshot_id, state, opened_at, worker FROM wirekite.wirekite_snapshot WHERE state = 'OPEN';

-- How long may it last? hours_left is until the source gives up the log that it keeps for us.
SELECT hours_left, log_kept_bytes, log_limit_bytes, snapshot_age_seconds FROM wirekite.wirekite_pause_budget;

-- Go on.
UPDATE wirekite.wirekite_action SET action = 'RUN' WHERE action IN ('RUN', 'PAUSE', 'STOP');
COMMIT;

-- End it: every process ends by itself with exit code 4, and nobody but a person lifts a STOP. After RUN, start
-- `openkite run --execute` again: it resumes at the marks.
-- UPDATE wirekite.wirekite_action SET action = 'STOP' WHERE action IN ('RUN', 'PAUSE', 'STOP');
-- COMMIT;
