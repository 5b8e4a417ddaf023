-- name: cutover_blockers
SELECT found FROM wirekite_cutover_ready WHERE is_met = 'NO'

-- name: read_readiness
SELECT item, is_met, found, what_to_do FROM wirekite_cutover_ready

-- name: own_login
SELECT session_user::text AS login

-- name: finish_stream
WITH stream AS (
  UPDATE wirekite_progress SET finish_time = clock_timestamp(), worker = NULL, updated_at = clock_timestamp()
  WHERE source = :stream::text AND target = 'CE' AND finish_time IS NULL RETURNING source, position
)
INSERT INTO wirekite_history (object, row_key, column_name, old_value, new_value)
SELECT 'wirekite_progress', source, 'stream', position, 'finished by the cutover, and dropped on the source' FROM stream
