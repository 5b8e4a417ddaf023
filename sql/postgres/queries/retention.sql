-- name: applied_everywhere
-- The position is that of the last file before the first one that some table still needs.
SELECT f.everywhere_seq::text AS everywhere_seq,
  CASE WHEN f.everywhere_seq >= f.sealed_seq THEN f.sealed_position
    ELSE (SELECT p.position FROM wirekite_progress p
      WHERE p.target = 'C' AND p.chunk_number < (SELECT min(n.chunk_number) FROM wirekite_progress n
        WHERE n.target = 'C' AND n.last_seq > f.everywhere_seq)
      ORDER BY p.chunk_number DESC LIMIT 1) END AS position
FROM wirekite_following f

-- name: removable_changes
-- Files that every table has got, and since so long that no older state of the target would want them again.
SELECT n.name
FROM jsonb_to_recordset(:files::jsonb) AS n(name text, folded text)
  CROSS JOIN LATERAL (SELECT p.last_seq, greatest(p.finish_time, p.updated_at) AS needed_at
    FROM wirekite_progress p WHERE p.source IN (n.name, n.folded) AND p.operation = 'C' LIMIT 1) p
WHERE p.last_seq <= (SELECT everywhere_seq FROM wirekite_following)
  AND p.needed_at <= clock_timestamp() - :seconds::double precision * interval '1 second'

-- name: unknown_changes
-- A higher number than the stream's last one may be a file that is made known only with those that come after it.
SELECT n.name
FROM jsonb_to_recordset(:files::jsonb) AS n(name text, folded text, number bigint)
  LEFT JOIN LATERAL (SELECT p.source FROM wirekite_progress p
    WHERE p.source IN (n.name, n.folded) AND p.operation = 'C' LIMIT 1) p ON true
WHERE p.source IS NULL
  AND n.number <= (SELECT chunk_number FROM wirekite_progress WHERE operation = 'CE' AND finish_time IS NULL)

-- name: unapplied_bytes
SELECT coalesce(sum(byte_count), 0)::text AS byte_count
FROM wirekite_progress WHERE target = 'C' AND last_seq > (SELECT everywhere_seq FROM wirekite_following)

-- name: fold_finished
-- Whole thousands of files that nobody needs become one row each, so that the table does not grow for ever. What is asked
-- once stands in brackets of its own: a join with it is planned badly while the server knows little of a young table.
WITH gone AS (
  DELETE FROM wirekite_progress p
  WHERE p.target = 'C' AND p.chunk_number / :fold::int = ANY (ARRAY(
    SELECT f.chunk_number / :fold::int FROM wirekite_progress f
    WHERE f.target = 'C' AND f.source = f.chunk_number || '.ckt'
      AND (f.chunk_number / :fold::int + 1) * :fold::int <= 1 + (
        SELECT chunk_number FROM wirekite_progress WHERE target = 'C' AND source = chunk_number || '.ckt'
        ORDER BY chunk_number DESC OFFSET :keep::int LIMIT 1)
    GROUP BY 1
    HAVING bool_and(f.finish_time IS NOT NULL AND f.last_seq <= (SELECT everywhere_seq FROM wirekite_following))))
  RETURNING p.*, p.chunk_number / :fold::int AS thousand
)
INSERT INTO wirekite_progress (source, target, operation, mark, start_time, finish_time, restarts, chunk_number, position,
  row_count, byte_count, updated_at, first_seq, last_seq, log_bytes)
SELECT format('%s-%s.ckt', thousand * :fold::int, thousand * :fold::int + :fold::int - 1), 'C', 'C', max(mark::bigint)::text,
  min(start_time), max(finish_time), sum(restarts), max(chunk_number), (array_agg(position ORDER BY chunk_number DESC))[1],
  sum(row_count), sum(byte_count), max(updated_at), min(first_seq), max(last_seq), max(log_bytes)
FROM gone GROUP BY thousand
