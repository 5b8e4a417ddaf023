-- name: plan_chunks
INSERT INTO wirekite_progress (source, target, operation, table_name, start_time, generation, chunk_number, position)
SELECT c.name, 'DE', 'DE', t.table_name, clock_timestamp(), t.generation, c.number, c.bounds
FROM jsonb_to_recordset(:chunks::jsonb) AS c(name text, number bigint, bounds text), wirekite_table t
WHERE t.table_name = :table::text

-- name: begin_copy
UPDATE wirekite_table SET state = 'COPYING', snapshot_id = :snapshot::bigint, start_position = :position::text,
  encoding = :encoding::text, chunk_count = :count::bigint, updated_at = clock_timestamp()
WHERE table_name = :table::text AND generation = :generation::int AND state = 'PLANNED'

-- name: one_by_one
-- Who begins a table looks, after this, at what all others have begun.
SELECT snapshot_id FROM wirekite_snapshot WHERE state = 'OPEN' ORDER BY snapshot_id FOR UPDATE

-- name: next_extract
-- The most urgent table first; of those that are as urgent, the one that the worker has read last. `most`: so many tables
-- may be half read, or any number; those that are held do not count.
WITH begun AS (
  SELECT t.table_name FROM wirekite_table t
  WHERE t.state = 'COPYING' AND (:held::jsonb IS NULL OR NOT (:held::jsonb ? t.table_name OR :held::jsonb ? ('schema:' || t.schema_name)))
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
  AND NOT EXISTS (SELECT 1 FROM wirekite_task e WHERE e.task_id = 'load ' || p.table_name AND e.state = 'ABORTED')
  AND (p.worker IS NULL OR NOT EXISTS
    (SELECT 1 FROM wirekite_worker k WHERE k.worker = p.worker AND k.lease_until > clock_timestamp()))
  AND (:held::jsonb IS NULL OR NOT (:held::jsonb ? t.table_name OR :held::jsonb ? ('schema:' || t.schema_name)))
  AND (:most::int IS NULL OR p.table_name IN (SELECT b.table_name FROM begun b) OR (SELECT count(*) FROM begun) < :most::int)
ORDER BY t.priority DESC, CASE WHEN p.table_name = :warm::text THEN 0 ELSE 1 END, p.chunk_number, p.table_name LIMIT 1
FOR UPDATE OF p SKIP LOCKED

-- name: next_abandoned_load
SELECT p.source, p.target, p.worker AS left_by
FROM wirekite_progress p
  JOIN wirekite_table t ON t.table_name = p.table_name AND t.state = 'COPYING'
  JOIN wirekite_task e ON e.kind = 'event' AND e.table_name = t.table_name AND e.state = 'READY'
  JOIN wirekite_progress x ON x.source = p.source AND x.target = 'DE' AND x.finish_time IS NOT NULL
WHERE p.operation = 'D' AND p.finish_time IS NULL
  AND (p.worker IS NULL OR NOT EXISTS
    (SELECT 1 FROM wirekite_worker k WHERE k.worker = p.worker AND k.lease_until > clock_timestamp()))
  AND (:held::jsonb IS NULL OR NOT (:held::jsonb ? t.table_name OR :held::jsonb ? ('schema:' || t.schema_name)))
ORDER BY t.priority DESC, p.chunk_number, p.table_name LIMIT 1
FOR UPDATE OF p SKIP LOCKED

-- name: next_sealed
-- The table's event is READY once everything that its rows need has been made. The table is held against being emptied
-- meanwhile: a load that is begun while its chunk is deleted would outlive it.
SELECT p.source, p.table_name
FROM wirekite_progress p
  JOIN wirekite_table t ON t.table_name = p.table_name AND t.state = 'COPYING'
  JOIN wirekite_task e ON e.kind = 'event' AND e.table_name = t.table_name AND e.state = 'READY'
WHERE p.operation = 'DE' AND p.finish_time IS NOT NULL AND p.claimed_at IS NULL
  AND (:held::jsonb IS NULL OR NOT (:held::jsonb ? t.table_name OR :held::jsonb ? ('schema:' || t.schema_name)))
ORDER BY t.priority DESC, CASE WHEN p.table_name = :warm::text THEN 0 ELSE 1 END, p.chunk_number, p.table_name LIMIT 1
FOR UPDATE OF p SKIP LOCKED FOR KEY SHARE OF t SKIP LOCKED

-- name: take_row
-- The second look after the lock: a worker may have come between. A row that had a worker was left by a dead one.
UPDATE wirekite_progress p SET worker = :worker::text, updated_at = clock_timestamp(),
  generation = p.generation + CASE WHEN p.worker IS NULL THEN 0 ELSE 1 END,
  restarts = p.restarts + CASE WHEN p.worker IS NULL THEN 0 ELSE 1 END
FROM wirekite_table t
WHERE p.source = :source::text AND p.target = :target::text AND p.finish_time IS NULL AND t.table_name = p.table_name
  AND (p.worker IS NULL OR NOT EXISTS
    (SELECT 1 FROM wirekite_worker k WHERE k.worker = p.worker AND k.lease_until > clock_timestamp()))
RETURNING p.source, p.target, p.table_name, p.chunk_number::text AS chunk_number, p.generation, p.worker, p.position,
  p.row_count::text AS row_count, p.byte_count::text AS byte_count, p.checksum, p.restarts, p.error, t.encoding,
  t.snapshot_id::text AS snapshot_id

-- name: stamp_sealed
UPDATE wirekite_progress SET claimed_at = clock_timestamp(), updated_at = clock_timestamp()
WHERE source = :source::text AND target = 'DE' AND finish_time IS NOT NULL AND claimed_at IS NULL

-- name: insert_load
INSERT INTO wirekite_progress (source, target, operation, mark, table_name, start_time, generation, chunk_number, position,
  row_count, byte_count, checksum)
SELECT p.source, t.target_name, 'D', '0', p.table_name, clock_timestamp(), p.generation, p.chunk_number, p.position,
  p.row_count, p.byte_count, p.checksum
FROM wirekite_progress p JOIN wirekite_table t ON t.table_name = p.table_name
WHERE p.source = :source::text AND p.target = 'DE'
RETURNING target

-- name: seal_chunk
UPDATE wirekite_progress SET finish_time = clock_timestamp(), updated_at = clock_timestamp(), mark = :rows::bigint::text,
  row_count = :rows::bigint, byte_count = :bytes::bigint, checksum = :checksum::text, error = NULL
WHERE source = :source::text AND target = :target::text AND generation = :generation::int AND worker = :worker::text
  AND finish_time IS NULL

-- name: follow_seal
-- A chunk that was made again under another name goes on where its load had stopped.
UPDATE wirekite_progress d SET row_count = p.row_count, byte_count = p.byte_count, checksum = p.checksum, error = NULL
FROM wirekite_progress p
WHERE p.source = :source::text AND p.target = 'DE' AND d.source = p.source AND d.operation = 'D' AND d.finish_time IS NULL

-- name: refuse_chunk
UPDATE wirekite_progress SET worker = NULL, error = :error::text, updated_at = clock_timestamp(),
  finish_time = NULL, restarts = restarts + 1, generation = generation + 1
WHERE source = :source::text AND operation IN ('DE', 'D') AND EXISTS (SELECT 1 FROM wirekite_progress d
  WHERE d.source = :source::text AND d.target = :target::text AND d.worker = :worker::text
    AND d.generation = :generation::int AND d.finish_time IS NULL)

-- name: rename_chunk
UPDATE wirekite_progress SET source = :name::text, chunk_number = :number::bigint, updated_at = clock_timestamp()
WHERE source = :source::text

-- name: lock_mark
-- Skips the row where another session holds it: that must be told, not waited for.
SELECT mark, generation, worker, finish_time::text AS finish_time
FROM wirekite_progress WHERE source = :source::text AND target = :target::text
FOR UPDATE SKIP LOCKED

-- name: find_holder
SELECT coalesce((SELECT l.pid::text FROM pg_locks l
  WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted AND l.transactionid = p.xmax LIMIT 1), '?') AS session
FROM wirekite_progress p WHERE source = :source::text AND target = :target::text

-- name: advance_mark
UPDATE wirekite_progress SET mark = :to::text, updated_at = clock_timestamp(),
  finish_time = CASE WHEN :finished::text = 'YES' THEN clock_timestamp() END
WHERE source = :source::text AND target = :target::text AND generation = :generation::int AND worker = :worker::text
  AND mark IS NOT DISTINCT FROM :from::text AND finish_time IS NULL

-- name: release_claims
WITH tasks AS (
  UPDATE wirekite_task SET state = 'READY', worker = NULL WHERE worker = :worker::text AND state = 'RUNNING'
)
UPDATE wirekite_progress SET worker = NULL, updated_at = clock_timestamp()
WHERE worker = :worker::text AND finish_time IS NULL

-- name: unloaded_bytes
SELECT (coalesce((SELECT sum(byte_count) FROM wirekite_progress WHERE operation = 'D' AND finish_time IS NULL), 0)
  + coalesce((SELECT sum(byte_count) FROM wirekite_progress
     WHERE operation = 'DE' AND finish_time IS NOT NULL AND claimed_at IS NULL), 0))::text AS byte_count

-- name: finished_before
SELECT source FROM wirekite_progress
WHERE operation = 'D' AND finish_time <= clock_timestamp() - :seconds::double precision * interval '1 second'
  AND (:names::jsonb IS NULL OR source IN (SELECT jsonb_array_elements_text(:names::jsonb)))

-- name: count_restart
UPDATE wirekite_progress SET restarts = restarts + 1, updated_at = clock_timestamp()
WHERE source = :source::text AND target = :target::text AND worker = :worker::text AND generation = :generation::int
RETURNING restarts

-- name: unknown_chunks
-- Files that no row names. Ours were written by an extractor that had lost its claim: their number was given out.
SELECT f.name, CASE WHEN t.table_name IS NULL THEN 'NO' ELSE 'YES' END AS ours
FROM jsonb_to_recordset(:files::jsonb) AS f(name text, table_name text, number bigint)
  LEFT JOIN wirekite_table t ON t.table_name = f.table_name AND f.number < t.next_chunk
WHERE NOT EXISTS (SELECT 1 FROM wirekite_progress p WHERE p.source = f.name)

-- name: loaded_marks
-- Rows that are in the error queue were disposed of, and are not in the table.
SELECT p.table_name, SUM(CASE WHEN p.mark ~ '^[0-9]{1,16}$' THEN p.mark::bigint ELSE 0 END) - (SELECT COUNT(*) FROM wirekite_error e
  WHERE e.table_name = p.table_name AND e.line_number IS NOT NULL) AS marks
FROM wirekite_progress p JOIN wirekite_table t ON t.table_name = p.table_name AND t.state = 'COPYING'
WHERE p.operation = 'D' AND p.mark <> '0'
GROUP BY p.table_name
