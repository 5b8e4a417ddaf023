-- name: insert_stream
-- With its lane, and with the place where it begins as the first look at the log: nothing before it is missing.
WITH stream AS (
  INSERT INTO wirekite_progress (source, target, operation, mark, position, start_time, chunk_number, last_seq, log_bytes)
  VALUES (:stream::text, 'CE', 'CE', left(:position::text, 64), :position::text, clock_timestamp(), -1, 0, :bytes::bigint)
  ON CONFLICT DO NOTHING RETURNING position, log_bytes
), lane AS (
  INSERT INTO wirekite_progress (source, target, operation, mark, start_time)
  SELECT 'stream', 'changes', 'C', '0', clock_timestamp() FROM stream
), sample AS (
  INSERT INTO wirekite_sample (position, log_bytes, last_seq) SELECT position, log_bytes, 0 FROM stream
)
UPDATE wirekite_table SET applied_seq = 0, updated_at = clock_timestamp()
WHERE applied_seq IS NULL AND EXISTS (SELECT 1 FROM stream)

-- name: traces_of_stream
-- What only a stream that has been there leaves behind, and tables that were read before there is one.
SELECT CASE WHEN EXISTS (SELECT 1 FROM wirekite_progress WHERE target IN ('CE', 'changes', 'C')) THEN 'YES' ELSE 'NO' END AS has_rows,
  (SELECT string_agg(table_name, ', ' ORDER BY table_name) FROM wirekite_table WHERE start_position IS NOT NULL) AS read_tables

-- name: find_stream
SELECT position, last_seq::text AS last_seq, chunk_number::text AS chunk_number, error,
  CASE WHEN finish_time IS NULL THEN 'NO' ELSE 'YES' END AS finished
FROM wirekite_progress WHERE source = :stream::text AND target = 'CE'

-- name: next_stream
SELECT p.source FROM wirekite_progress p
WHERE p.source = :source::text AND p.target = :target::text AND p.finish_time IS NULL AND p.error IS NULL
  AND (p.worker IS NULL OR NOT EXISTS
    (SELECT 1 FROM wirekite_worker k WHERE k.worker = p.worker AND k.lease_until > clock_timestamp()))
FOR UPDATE SKIP LOCKED

-- name: take_stream
-- The second look after the lock: a worker may have come between. A row that had a worker was left by a dead one.
UPDATE wirekite_progress p SET worker = :worker::text, updated_at = clock_timestamp(),
  generation = p.generation + CASE WHEN p.worker IS NULL THEN 0 ELSE 1 END,
  restarts = p.restarts + CASE WHEN p.worker IS NULL THEN 0 ELSE 1 END
WHERE p.source = :source::text AND p.target = :target::text AND p.finish_time IS NULL AND p.error IS NULL
  AND (p.worker IS NULL OR NOT EXISTS
    (SELECT 1 FROM wirekite_worker k WHERE k.worker = p.worker AND k.lease_until > clock_timestamp()))
RETURNING p.source, p.target, p.worker, p.generation, p.restarts, p.mark, p.position, p.last_seq::text AS last_seq,
  p.chunk_number::text AS chunk_number, CASE WHEN p.mark = left(p.position, 64) THEN 'YES' ELSE 'NO' END AS agrees

-- name: move_stream
-- Looks at the log that are before it by now are of changes up to its last one.
WITH moved AS (
  UPDATE wirekite_progress SET mark = left(:position::text, 64), position = :position::text, log_bytes = :bytes::bigint,
    last_seq = :last_seq::bigint, chunk_number = :last_number::bigint, updated_at = clock_timestamp()
  WHERE source = :source::text AND target = :target::text AND generation = :generation::int AND worker = :worker::text
    AND mark = left(:from_position::text, 64) AND position = :from_position::text AND last_seq = :from_seq::bigint
  RETURNING last_seq, log_bytes
), reached AS (
  UPDATE wirekite_sample s SET last_seq = m.last_seq FROM moved m WHERE s.last_seq IS NULL AND s.log_bytes <= m.log_bytes
)
SELECT last_seq FROM moved

-- name: insert_changes
INSERT INTO wirekite_progress (source, target, operation, start_time, chunk_number, first_seq, last_seq, row_count, byte_count,
  checksum, position, log_bytes)
SELECT f.name, 'C', 'C', clock_timestamp(), f.number, f.first_seq, f.last_seq, f.row_count, f.byte_count,
  f.checksum, f.position, f.log_bytes
FROM jsonb_to_recordset(:files::jsonb) AS f(name text, number bigint, first_seq bigint, last_seq bigint,
  row_count bigint, byte_count bigint, checksum text, position text, log_bytes bigint)

-- name: fail_stream
UPDATE wirekite_progress SET error = :error::text, worker = NULL, updated_at = clock_timestamp()
WHERE source = :source::text AND target = :target::text

-- name: reopen_streams
UPDATE wirekite_progress SET error = NULL, updated_at = clock_timestamp()
WHERE finish_time IS NULL AND target IN ('CE', 'changes') AND error IS NOT NULL

-- name: stream_errors
SELECT source, target, error FROM wirekite_progress
WHERE finish_time IS NULL AND target IN ('CE', 'changes') AND error IS NOT NULL ORDER BY target
