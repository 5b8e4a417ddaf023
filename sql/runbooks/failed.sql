-- SOMETHING FAILED

-- Tables that stand still until somebody has looked. The error says what, where, what is safe and what to do.
SELECT table_name, error FROM wirekite.wirekite_table WHERE state IN ('FAILED', 'HELD', 'RELOAD_NEEDED');

-- Steps that failed, those that wait for them, and those that may fail (owners, grants) and were left out.
SELECT task_id, state, status_reason, blocked_by, statement
FROM wirekite.wirekite_task
WHERE state IN ('FAILED', 'BLOCKED', 'HELD', 'ABORTED', 'SKIPPED')
ORDER BY state, task_id;

-- What happened, the last first: attempts that failed, what was left out for them, and what was told as too much (escalation).
SELECT finished_at, kind, dataset, attempt_no, status_reason, blocked_by, error
FROM wirekite.load_run_log
WHERE status <> 'success'
ORDER BY log_id DESC;

-- Did openkite pause everything itself (pause_on_escalation)? Author `openkite`, and the reason names the cause. Only a person lifts
-- that, once it is clear what failed:
--   INSERT INTO wirekite.wirekite_command (action, scope) VALUES ('RUN', '*');
--   COMMIT;
SELECT command_id, action, scope, author, reason, created_at FROM wirekite.wirekite_command_in_force WHERE action <> 'RUN';

-- A statement may be mended where it stands. Example:
--   UPDATE wirekite.wirekite_task SET statement = 'CREATE INDEX …' WHERE task_id = 'index public.…';
--   COMMIT;
-- What failed is tried once more at its mark: nothing is loaded twice. One table by its name, or all with '*'. Where nobody
-- runs any more, starting `openkite run --execute` again does the same.
INSERT INTO wirekite.wirekite_command (action, scope) VALUES ('RETRY', '*');
COMMIT;
SELECT command_id, state, result FROM wirekite.wirekite_command WHERE action = 'RETRY' ORDER BY command_id DESC;

-- Not worth it? SKIP leaves one table out, and the others go on: add-table.sql. A critical table ends the run, which returns to the last
-- checkpoint once: roll-back.sql says what that is.
