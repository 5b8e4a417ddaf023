-- name: insert_errors
-- With the totals of their tables, in the transaction in which they were found.
WITH added AS (
  INSERT INTO wirekite_error (queue, table_name, chunk, seq, row_key, raw_row, cause, fault)
  SELECT e.queue, e.table_name, e.chunk, e.seq, e.row_key, e.raw_row, e.cause, e.fault
  FROM jsonb_to_recordset(:errors::jsonb) AS e(queue text, table_name text, chunk text, seq bigint, row_key text, raw_row text,
    cause text, fault text)
  RETURNING table_name
)
UPDATE wirekite_table t SET errors_total = errors_total + n.found, errors_escalated = errors_escalated + n.found,
  updated_at = clock_timestamp()
FROM (SELECT table_name, count(*) AS found FROM added GROUP BY table_name) n WHERE n.table_name = t.table_name

-- name: count_errors
SELECT count(*)::text AS open_errors FROM wirekite_error WHERE resolution IS NULL

-- name: settle_errors
-- Their rows are loaded anew. Of all tables, if none is given.
UPDATE wirekite_error SET resolution = 'RELOAD'
WHERE resolution IS NULL AND (:table::text IS NULL OR table_name = :table::text)
