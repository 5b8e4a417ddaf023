-- name: insert_stream
-- With its lane, and with the place where it begins as the first look at the log: nothing before it is missing.
INSERT IGNORE INTO wirekite_progress (source, target, operation, mark, position, start_time, chunk_number, last_seq, log_bytes)
VALUES (:stream, 'CE', 'CE', LEFT(:position, 64), :position, UTC_TIMESTAMP(6), -1, 0, :bytes);
SET @made = ROW_COUNT();
INSERT INTO wirekite_progress (source, target, operation, mark, start_time)
SELECT 'stream', 'changes', 'C', '0', UTC_TIMESTAMP(6) FROM DUAL WHERE @made > 0;
INSERT INTO wirekite_sample (position, log_bytes, last_seq) SELECT :position, :bytes, 0 FROM DUAL WHERE @made > 0;
UPDATE wirekite_table SET applied_seq = 0, updated_at = UTC_TIMESTAMP(6) WHERE applied_seq IS NULL AND @made > 0

-- name: traces_of_stream
-- What only a stream that has been there leaves behind, and tables that were read before there is one.
SELECT CASE WHEN EXISTS (SELECT 1 FROM wirekite_progress WHERE target IN ('CE', 'changes', 'C')) THEN 'YES' ELSE 'NO' END AS has_rows,
  (SELECT GROUP_CONCAT(table_name ORDER BY table_name SEPARATOR ', ') FROM wirekite_table
   WHERE start_position IS NOT NULL) AS read_tables

-- name: find_stream
SELECT position, last_seq, chunk_number, error, CASE WHEN finish_time IS NULL THEN 'NO' ELSE 'YES' END AS finished
FROM wirekite_progress WHERE source = :stream AND target = 'CE'

-- name: next_stream
SELECT p.source FROM wirekite_progress p
WHERE p.source = :source AND p.target = :target AND p.finish_time IS NULL AND p.error IS NULL
  AND (p.worker IS NULL OR NOT EXISTS
    (SELECT 1 FROM wirekite_worker k WHERE k.worker = p.worker AND k.lease_until > UTC_TIMESTAMP(6)))
FOR UPDATE SKIP LOCKED

-- name: take_stream
-- The second look after the lock: a worker may have come between. A row that had a worker was left by a dead one.
UPDATE wirekite_progress p SET p.updated_at = UTC_TIMESTAMP(6),
  p.generation = p.generation + CASE WHEN p.worker IS NULL THEN 0 ELSE 1 END,
  p.restarts = p.restarts + CASE WHEN p.worker IS NULL THEN 0 ELSE 1 END, p.worker = :worker
WHERE p.source = :source AND p.target = :target AND p.finish_time IS NULL AND p.error IS NULL
  AND (p.worker IS NULL OR NOT EXISTS
    (SELECT 1 FROM wirekite_worker k WHERE k.worker = p.worker AND k.lease_until > UTC_TIMESTAMP(6)));
SET @took = ROW_COUNT();
SELECT p.source, p.target, p.worker, p.generation, p.restarts, p.mark, p.position, p.last_seq, p.chunk_number,
  CASE WHEN p.mark = LEFT(p.position, 64) THEN 'YES' ELSE 'NO' END AS agrees
FROM wirekite_progress p WHERE p.source = :source AND p.target = :target AND @took > 0

-- name: move_stream
-- Looks at the log that are before it by now are of changes up to its last one.
UPDATE wirekite_progress SET mark = LEFT(:position, 64), position = :position, log_bytes = :bytes,
  last_seq = :last_seq, chunk_number = :last_number, updated_at = UTC_TIMESTAMP(6)
WHERE source = :source AND target = :target AND generation = :generation AND worker = :worker
  AND mark = LEFT(:from_position, 64) AND position = :from_position AND last_seq = :from_seq;
SET @moved = ROW_COUNT();
UPDATE wirekite_sample SET last_seq = :last_seq WHERE last_seq IS NULL AND log_bytes <= :bytes AND @moved > 0;
SELECT :last_seq AS last_seq FROM DUAL WHERE @moved > 0

-- name: insert_changes
INSERT INTO wirekite_progress (source, target, operation, start_time, chunk_number, first_seq, last_seq, row_count, byte_count,
  checksum, position, log_bytes)
SELECT f.name, 'C', 'C', UTC_TIMESTAMP(6), f.number, f.first_seq, f.last_seq, f.row_count, f.byte_count,
  f.checksum, f.position, f.log_bytes
FROM JSON_TABLE(:files, '$[*]' COLUMNS (name VARCHAR(320) PATH '$.name', number BIGINT PATH '$.number',
  first_seq BIGINT PATH '$.first_seq', last_seq BIGINT PATH '$.last_seq', row_count BIGINT PATH '$.row_count',
  byte_count BIGINT PATH '$.byte_count', checksum VARCHAR(320) PATH '$.checksum', position LONGTEXT PATH '$.position',
  log_bytes BIGINT PATH '$.log_bytes')) f

-- name: fail_stream
UPDATE wirekite_progress SET error = :error, worker = NULL, updated_at = UTC_TIMESTAMP(6)
WHERE source = :source AND target = :target

-- name: reopen_streams
UPDATE wirekite_progress SET error = NULL, updated_at = UTC_TIMESTAMP(6)
WHERE finish_time IS NULL AND target IN ('CE', 'changes') AND error IS NOT NULL

-- name: stream_errors
SELECT source, target, error FROM wirekite_progress
WHERE finish_time IS NULL AND target IN ('CE', 'changes') AND error IS NOT NULL ORDER BY target
