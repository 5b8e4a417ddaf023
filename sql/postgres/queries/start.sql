-- name: unresolved_starts
SELECT table_name, generation, start_position FROM wirekite_table
WHERE start_position <> '' AND start_seq IS NULL AND applied_seq IS NOT NULL AND state NOT IN ('RELOAD_NEEDED', 'SKIPPED') ORDER BY table_name

-- name: resolve_start
UPDATE wirekite_table SET start_seq = :start_seq::bigint, applied_seq = :start_seq::bigint - 1, updated_at = clock_timestamp()
WHERE table_name = :table::text AND generation = :generation::int AND start_position IS NOT NULL AND start_seq IS NULL
  AND applied_seq < :start_seq::bigint

-- name: given_up_before
SELECT applied_seq::text AS applied_seq FROM wirekite_table
WHERE table_name = :table::text AND generation = :generation::int AND start_seq IS NULL AND applied_seq >= :start_seq::bigint

-- name: change_files
-- Rows of their own, so none that were folded. By number: without the alias it would be the text that is ordered.
SELECT source, chunk_number::text AS chunk_number, first_seq::text AS first_seq, last_seq::text AS last_seq, position, checksum,
  byte_count::text AS byte_count, CASE WHEN finish_time IS NULL THEN 'NO' ELSE 'YES' END AS finished
FROM wirekite_progress p
WHERE target = 'C' AND source = chunk_number || '.ckt'
  AND (:after_seq::bigint IS NULL OR last_seq > :after_seq::bigint)
ORDER BY p.chunk_number LIMIT :limit::bigint
