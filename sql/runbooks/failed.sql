-- SOMETHING FAILED

-- Tables that stand still until somebody has looked. The error says what, where, what is safe and what to do.
SELECT table_name, error FROM wirekite.wirekite_table WHERE state IN ('FAILED', 'HELD', 'RELOAD_NEEDED');

-- Steps that failed, those that wait for them, and those that may fail (owners, grants) and were left out.
SELECT task_id, state, status_reason, blocked_by, statement
FROM wirekite.wirekite_task
WHERE state IN ('FAILED', 'BLOCKED', 'HELD', 'ABORTED', 'SKIPPED')
ORDER BY state, task_id;

-- A statement may be mended where it stands. Example:
--   UPDATE wirekite.wirekite_task SET statement = 'CREATE INDEX …' WHERE task_id = 'index public.…';
--   COMMIT;
-- What failed is tried once more at its mark: nothing is loaded twice. One table by its name, or all with '*'. Where nobody
-- runs any more, starting `openkite run --execute` again does the same.
INSERT INTO wirekite.wirekite_command (action, scope) VALUES ('RETRY', '*');
COMMIT;
SELECT command_id, state, result FROM wirekite.wirekite_command WHERE action = 'RETRY' ORDER BY command_id DESC;
