-- name: plan_chunks
INSERT INTO wirekite_progress (source, target, operation, table_name, start_time, generation, chunk_number, position)
SELECT c.name, 'DE', 'DE', t.table_name, UTC_TIMESTAMP(6), t.generation, c.number, c.bounds
FROM JSON_TABLE(:chunks, '$[*]' COLUMNS (name VARCHAR(320) PATH '$.name', number BIGINT PATH '$.number',
    bounds LONGTEXT PATH '$.bounds')) c
  JOIN wirekite_table t ON t.table_name = :table

-- name: begin_copy
UPDATE wirekite_table SET state = 'COPYING', snapshot_id = :snapshot, start_position = :position,
  encoding = :encoding, chunk_count = :count, updated_at = UTC_TIMESTAMP(6)
WHERE table_name = :table AND generation = :generation AND state = 'PLANNED'

-- name: one_by_one
-- Who begins a table looks, after this, at what all others have begun.
SELECT snapshot_id FROM wirekite_snapshot WHERE state = 'OPEN' ORDER BY snapshot_id FOR UPDATE

-- name: next_extract
-- The most urgent table first; of those that are as urgent, the one that the worker has read last. `most`: so many tables
-- may be half read, or any number; those that are held do not count.
-- Who locks rows while he looks in the order of another table locks too many: `take_row` says who was first.
WITH begun AS (
  SELECT t.table_name FROM wirekite_table t
  WHERE t.state = 'COPYING' AND (:held IS NULL OR NOT (JSON_CONTAINS(:held, JSON_QUOTE(t.table_name)) OR JSON_CONTAINS(:held, JSON_QUOTE(CONCAT('schema:', t.schema_name)))))
    AND EXISTS (SELECT 1 FROM wirekite_progress o WHERE o.table_name = t.table_name AND o.operation = 'DE' AND o.finish_time IS NULL)
    AND EXISTS (SELECT 1 FROM wirekite_progress g WHERE g.table_name = t.table_name AND g.operation = 'DE'
      AND (g.finish_time IS NOT NULL OR g.worker IS NOT NULL))
)
SELECT p.source, p.target, p.worker AS left_by
FROM wirekite_progress p
  JOIN wirekite_table t ON t.table_name = p.table_name AND t.state = 'COPYING'
  JOIN wirekite_snapshot s ON s.snapshot_id = t.snapshot_id AND s.state = 'OPEN'
WHERE p.operation = 'DE' AND p.finish_time IS NULL
  AND NOT EXISTS (SELECT 1 FROM wirekite_phase f WHERE f.phase = t.phase AND f.opened_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM wirekite_task e WHERE e.task_id = CONCAT('load ', p.table_name) AND e.state = 'ABORTED')
  AND (p.worker IS NULL OR NOT EXISTS
    (SELECT 1 FROM wirekite_worker k WHERE k.worker = p.worker AND k.lease_until > UTC_TIMESTAMP(6)))
  AND (:held IS NULL OR NOT (JSON_CONTAINS(:held, JSON_QUOTE(t.table_name)) OR JSON_CONTAINS(:held, JSON_QUOTE(CONCAT('schema:', t.schema_name)))))
  AND (:most IS NULL OR p.table_name IN (SELECT b.table_name FROM begun b) OR (SELECT COUNT(*) FROM begun) < :most)
ORDER BY t.priority DESC, CASE WHEN p.table_name = :warm THEN 0 ELSE 1 END, p.chunk_number, p.table_name LIMIT 1

-- name: next_abandoned_load
SELECT p.source, p.target, p.worker AS left_by
FROM wirekite_progress p
  JOIN wirekite_table t ON t.table_name = p.table_name AND t.state = 'COPYING'
  JOIN wirekite_task e ON e.kind = 'event' AND e.table_name = t.table_name AND e.state = 'READY'
  JOIN wirekite_progress x ON x.source = p.source AND x.target = 'DE' AND x.finish_time IS NOT NULL
WHERE p.operation = 'D' AND p.finish_time IS NULL
  AND (p.worker IS NULL OR NOT EXISTS
    (SELECT 1 FROM wirekite_worker k WHERE k.worker = p.worker AND k.lease_until > UTC_TIMESTAMP(6)))
  AND (:held IS NULL OR NOT (JSON_CONTAINS(:held, JSON_QUOTE(t.table_name)) OR JSON_CONTAINS(:held, JSON_QUOTE(CONCAT('schema:', t.schema_name)))))
ORDER BY t.priority DESC, p.chunk_number, p.table_name LIMIT 1

-- name: next_sealed
-- The table's event is READY once everything that its rows need has been made. The table is held against being emptied
-- meanwhile: a load that is begun while its chunk is deleted would outlive it. Then `stamp_sealed` says who was first.
SET @of = NULL;
SELECT p.table_name INTO @of
FROM wirekite_progress p
  JOIN wirekite_table t ON t.table_name = p.table_name AND t.state = 'COPYING'
  JOIN wirekite_task e ON e.kind = 'event' AND e.table_name = t.table_name AND e.state = 'READY'
WHERE p.operation = 'DE' AND p.finish_time IS NOT NULL AND p.claimed_at IS NULL
  AND (:held IS NULL OR NOT (JSON_CONTAINS(:held, JSON_QUOTE(t.table_name)) OR JSON_CONTAINS(:held, JSON_QUOTE(CONCAT('schema:', t.schema_name)))))
ORDER BY t.priority DESC, CASE WHEN p.table_name = :warm THEN 0 ELSE 1 END, p.chunk_number, p.table_name LIMIT 1;
SELECT table_name INTO @of FROM wirekite_table WHERE table_name = @of LOCK IN SHARE MODE;
SELECT p.source, p.table_name
FROM wirekite_progress p JOIN wirekite_table t ON t.table_name = p.table_name AND t.state = 'COPYING'
WHERE p.table_name = @of AND p.operation = 'DE' AND p.finish_time IS NOT NULL AND p.claimed_at IS NULL
ORDER BY p.chunk_number LIMIT 1

-- name: take_row
-- The second look: a worker may have come between. A row that had a worker was left by a dead one.
UPDATE wirekite_progress p SET p.updated_at = UTC_TIMESTAMP(6),
  p.generation = p.generation + CASE WHEN p.worker IS NULL THEN 0 ELSE 1 END,
  p.restarts = p.restarts + CASE WHEN p.worker IS NULL THEN 0 ELSE 1 END, p.worker = :worker
WHERE p.source = :source AND p.target = :target AND p.finish_time IS NULL
  AND (p.worker IS NULL OR NOT EXISTS
    (SELECT 1 FROM wirekite_worker k WHERE k.worker = p.worker AND k.lease_until > UTC_TIMESTAMP(6)));
SET @took = ROW_COUNT();
SELECT p.source, p.target, p.table_name, p.chunk_number, p.generation, p.worker, p.position, p.row_count, p.byte_count,
  p.checksum, p.restarts, p.error, t.encoding, t.snapshot_id
FROM wirekite_progress p JOIN wirekite_table t ON t.table_name = p.table_name
WHERE p.source = :source AND p.target = :target AND @took > 0

-- name: stamp_sealed
UPDATE wirekite_progress SET claimed_at = UTC_TIMESTAMP(6), updated_at = UTC_TIMESTAMP(6)
WHERE source = :source AND target = 'DE' AND finish_time IS NOT NULL AND claimed_at IS NULL

-- name: insert_load
INSERT INTO wirekite_progress (source, target, operation, mark, table_name, start_time, generation, chunk_number, position,
  row_count, byte_count, checksum)
SELECT p.source, t.target_name, 'D', '0', p.table_name, UTC_TIMESTAMP(6), p.generation, p.chunk_number, p.position,
  p.row_count, p.byte_count, p.checksum
FROM wirekite_progress p JOIN wirekite_table t ON t.table_name = p.table_name
WHERE p.source = :source AND p.target = 'DE';
SELECT t.target_name AS target
FROM wirekite_progress p JOIN wirekite_table t ON t.table_name = p.table_name
WHERE p.source = :source AND p.target = 'DE'

-- name: seal_chunk
UPDATE wirekite_progress SET finish_time = UTC_TIMESTAMP(6), updated_at = UTC_TIMESTAMP(6), mark = :rows,
  row_count = :rows, byte_count = :bytes, checksum = :checksum, error = NULL
WHERE source = :source AND target = :target AND generation = :generation AND worker = :worker AND finish_time IS NULL

-- name: follow_seal
-- A chunk that was made again under another name goes on where its load had stopped.
UPDATE wirekite_progress d JOIN wirekite_progress p ON p.source = d.source AND p.target = 'DE'
SET d.row_count = p.row_count, d.byte_count = p.byte_count, d.checksum = p.checksum, d.error = NULL
WHERE d.source = :source AND d.operation = 'D' AND d.finish_time IS NULL

-- name: refuse_chunk
SELECT COUNT(*) INTO @held FROM wirekite_progress
WHERE source = :source AND target = :target AND worker = :worker AND generation = :generation AND finish_time IS NULL FOR UPDATE;
UPDATE wirekite_progress SET worker = NULL, error = :error, updated_at = UTC_TIMESTAMP(6),
  finish_time = NULL, restarts = restarts + 1, generation = generation + 1
WHERE source = :source AND operation IN ('DE', 'D') AND @held > 0

-- name: rename_chunk
UPDATE wirekite_progress SET source = :name, chunk_number = :number, updated_at = UTC_TIMESTAMP(6)
WHERE source = :source

-- name: lock_mark
-- Skips the row where another session holds it: that must be told, not waited for.
SELECT mark, generation, worker, finish_time
FROM wirekite_progress WHERE source = :source AND target = :target
FOR UPDATE SKIP LOCKED

-- name: find_holder
-- Who holds a row is told only to those who may see all processes.
SELECT '?' AS session FROM wirekite_progress WHERE source = :source AND target = :target

-- name: advance_mark
UPDATE wirekite_progress SET mark = :to, updated_at = UTC_TIMESTAMP(6),
  finish_time = CASE WHEN :finished = 'YES' THEN UTC_TIMESTAMP(6) END
WHERE source = :source AND target = :target AND generation = :generation AND worker = :worker
  AND mark <=> :from AND finish_time IS NULL

-- name: release_claims
UPDATE wirekite_task SET state = 'READY', worker = NULL WHERE worker = :worker AND state = 'RUNNING';
UPDATE wirekite_progress SET worker = NULL, updated_at = UTC_TIMESTAMP(6) WHERE worker = :worker AND finish_time IS NULL

-- name: unloaded_bytes
SELECT COALESCE((SELECT SUM(byte_count) FROM wirekite_progress WHERE operation = 'D' AND finish_time IS NULL), 0)
  + COALESCE((SELECT SUM(byte_count) FROM wirekite_progress
     WHERE operation = 'DE' AND finish_time IS NOT NULL AND claimed_at IS NULL), 0) AS byte_count

-- name: finished_before
SELECT source FROM wirekite_progress
WHERE operation = 'D' AND finish_time <= UTC_TIMESTAMP(6) - INTERVAL :seconds SECOND
  AND (:names IS NULL OR source IN
    (SELECT n.name FROM JSON_TABLE(COALESCE(:names, '[]'), '$[*]' COLUMNS (name VARCHAR(320) PATH '$')) n))

-- name: count_restart
UPDATE wirekite_progress SET restarts = restarts + 1, updated_at = UTC_TIMESTAMP(6)
WHERE source = :source AND target = :target AND worker = :worker AND generation = :generation;
SELECT restarts FROM wirekite_progress
WHERE source = :source AND target = :target AND worker = :worker AND generation = :generation

-- name: unknown_chunks
-- Files that no row names. Ours were written by an extractor that had lost its claim: their number was given out.
SELECT f.name, CASE WHEN t.table_name IS NULL THEN 'NO' ELSE 'YES' END AS ours
FROM JSON_TABLE(:files, '$[*]' COLUMNS (name VARCHAR(320) PATH '$.name', table_name VARCHAR(320) PATH '$.table_name',
    number BIGINT PATH '$.number')) f
  LEFT JOIN wirekite_table t ON t.table_name = f.table_name AND f.number < t.next_chunk
WHERE NOT EXISTS (SELECT 1 FROM wirekite_progress p WHERE p.source = f.name)

-- name: loaded_marks
-- Rows that are in the error queue were disposed of, and are not in the table.
SELECT p.table_name, SUM(CASE WHEN p.mark REGEXP '^[0-9]{1,16}$' THEN CAST(p.mark AS SIGNED) ELSE 0 END) - (SELECT COUNT(*) FROM wirekite_error e
  WHERE e.table_name = p.table_name AND e.line_number IS NOT NULL) AS marks
FROM wirekite_progress p JOIN wirekite_table t ON t.table_name = p.table_name AND t.state = 'COPYING'
WHERE p.operation = 'D' AND p.mark <> '0'
GROUP BY p.table_name
