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
  JOIN wirekite_progress p ON p.target = 'C' AND p.source IN (n.name, n.folded), wirekite_following f
WHERE p.last_seq <= f.everywhere_seq
  AND greatest(p.finish_time, p.updated_at) <= clock_timestamp() - :seconds::double precision * interval '1 second'

-- name: unknown_changes
SELECT n.name
FROM jsonb_to_recordset(:files::jsonb) AS n(name text, folded text)
WHERE NOT EXISTS (SELECT 1 FROM wirekite_progress p WHERE p.target = 'C' AND p.source IN (n.name, n.folded))

-- name: unapplied_bytes
SELECT coalesce(sum(p.byte_count), 0)::text AS byte_count
FROM wirekite_progress p, wirekite_following f WHERE p.target = 'C' AND p.last_seq > f.everywhere_seq

-- name: fold_finished
-- Whole thousands of files that nobody needs become one row each, so that the table does not grow for ever.
WITH newest AS (
  SELECT chunk_number FROM wirekite_progress WHERE target = 'C' AND source = chunk_number || '.ckt'
  ORDER BY chunk_number DESC OFFSET :keep::int LIMIT 1
), whole AS (
  SELECT p.chunk_number / :fold::int AS thousand
  FROM wirekite_progress p, newest n, wirekite_following f
  WHERE p.target = 'C' AND p.source = p.chunk_number || '.ckt' AND (p.chunk_number / :fold::int + 1) * :fold::int <= n.chunk_number + 1
  GROUP BY 1 HAVING bool_and(p.finish_time IS NOT NULL AND p.last_seq <= f.everywhere_seq)
), gone AS (
  DELETE FROM wirekite_progress p USING whole w
  WHERE p.target = 'C' AND p.chunk_number / :fold::int = w.thousand RETURNING p.*, w.thousand
)
INSERT INTO wirekite_progress (source, target, operation, mark, start_time, finish_time, restarts, chunk_number, position,
  row_count, byte_count, updated_at, first_seq, last_seq, log_bytes)
SELECT format('%s-%s.ckt', thousand * :fold::int, thousand * :fold::int + :fold::int - 1), 'C', 'C', max(mark::bigint)::text, min(start_time),
  max(finish_time), sum(restarts), thousand * :fold::int + :fold::int - 1, (array_agg(position ORDER BY chunk_number DESC))[1],
  sum(row_count), sum(byte_count), max(updated_at), min(first_seq), max(last_seq), max(log_bytes)
FROM gone GROUP BY thousand
