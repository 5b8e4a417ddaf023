-- name: cutover_blockers
SELECT found FROM wirekite_cutover_ready WHERE is_met = 'NO'

-- name: read_readiness
SELECT item, is_met, found, what_to_do FROM wirekite_cutover_ready

-- name: own_login
SELECT USER() AS login

-- name: finish_stream
INSERT INTO wirekite_history (object, row_key, column_name, old_value, new_value)
SELECT 'wirekite_progress', source, 'stream', position, 'finished by the cutover, and dropped on the source' FROM wirekite_progress
WHERE source = :stream AND target = 'CE' AND finish_time IS NULL;
UPDATE wirekite_progress SET finish_time = UTC_TIMESTAMP(6), worker = NULL, updated_at = UTC_TIMESTAMP(6)
WHERE source = :stream AND target = 'CE' AND finish_time IS NULL
