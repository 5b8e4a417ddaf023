-- name: insert_errors
-- With the totals of their tables, in the transaction in which they were found.
INSERT INTO wirekite_error (queue, table_name, chunk, seq, row_key, raw_row, cause, fault)
SELECT e.queue, e.table_name, e.chunk, e.seq, e.row_key, e.raw_row, e.cause, e.fault
FROM JSON_TABLE(:errors, '$[*]' COLUMNS (queue VARCHAR(400) PATH '$.queue', table_name VARCHAR(320) PATH '$.table_name',
  chunk VARCHAR(320) PATH '$.chunk', seq BIGINT PATH '$.seq', row_key LONGTEXT PATH '$.row_key',
  raw_row LONGTEXT PATH '$.raw_row', cause LONGTEXT PATH '$.cause', fault VARCHAR(320) PATH '$.fault')) e;
UPDATE wirekite_table t
  JOIN (SELECT e.table_name, COUNT(*) AS found
    FROM JSON_TABLE(:errors, '$[*]' COLUMNS (table_name VARCHAR(320) PATH '$.table_name')) e
    GROUP BY e.table_name) n ON n.table_name = t.table_name
SET t.errors_total = t.errors_total + n.found, t.errors_escalated = t.errors_escalated + n.found,
  t.updated_at = UTC_TIMESTAMP(6)

-- name: count_errors
SELECT COUNT(*) AS open_errors FROM wirekite_error WHERE resolution IS NULL

-- name: settle_errors
-- Their rows are loaded anew. Of all tables, if none is given.
UPDATE wirekite_error SET resolution = 'RELOAD'
WHERE resolution IS NULL AND (:table IS NULL OR table_name = :table)
