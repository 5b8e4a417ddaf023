-- name: leave_for_reload
-- Its events wait again, so that what is taken back now is not made again before the table is empty.
UPDATE wirekite_task SET state = 'WAITING', finished_at = NULL
WHERE kind = 'event' AND (table_name = :table OR task_id IN (CONCAT('follow ', :table), 'in step', 'cutover'));
UPDATE wirekite_table SET state = 'RELOAD_NEEDED', error = :why, updated_at = UTC_TIMESTAMP(6), applied_seq = COALESCE(applied_seq,
  (SELECT CAST(mark AS SIGNED) FROM wirekite_progress WHERE source = 'stream' AND target = 'changes'))
WHERE table_name = :table
