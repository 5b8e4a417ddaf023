-- name: unresolved_starts
SELECT table_name, generation, start_position FROM wirekite_table
WHERE start_position <> '' AND start_seq IS NULL AND applied_seq IS NOT NULL AND state NOT IN ('RELOAD_NEEDED', 'SKIPPED') ORDER BY table_name

-- name: resolve_start
UPDATE wirekite_table SET start_seq = :start_seq, applied_seq = :start_seq - 1, updated_at = UTC_TIMESTAMP(6)
WHERE table_name = :table AND generation = :generation AND start_position IS NOT NULL AND start_seq IS NULL
  AND applied_seq < :start_seq

-- name: given_up_before
SELECT applied_seq FROM wirekite_table
WHERE table_name = :table AND generation = :generation AND start_seq IS NULL AND applied_seq >= :start_seq

-- name: change_files
-- Rows of their own, so none that were folded.
SELECT p.source, p.chunk_number, p.first_seq, p.last_seq, p.position, p.checksum, p.byte_count,
  CASE WHEN p.finish_time IS NULL THEN 'NO' ELSE 'YES' END AS finished
FROM wirekite_progress p
WHERE p.target = 'C' AND p.source = CONCAT(p.chunk_number, '.ckt') AND (:after_seq IS NULL OR p.last_seq > :after_seq)
ORDER BY p.chunk_number LIMIT :limit
