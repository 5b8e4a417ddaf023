-- SOMETHING FAILED

-- Tables that stand still until somebody has looked. The error says what, where, what is safe and what to do.
SELECT table_name, error FROM wirekite.wirekite_table WHERE state = 'FAILED';

-- Steps that failed, those that wait for them, and those that may fail (owners, grants) and were left out.
SELECT task_id, state, status_reason, blocked_by, statement
FROM wirekite.wirekite_task
WHERE state IN ('FAILED', 'BLOCKED', 'SKIPPED')
ORDER BY state, task_id;

-- A statement may be mended where it stands. Example:
--   UPDATE wirekite.wirekite_task SET statement = 'CREATE INDEX …' WHERE task_id = 'index public.…';
--   COMMIT;
-- Then start `openkite run --execute` again: what had failed is tried once more, at its mark. Nothing is loaded twice.
