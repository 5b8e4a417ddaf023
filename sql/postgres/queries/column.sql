-- name: insert_columns
INSERT INTO wirekite_column (table_name, column_name, source_type, target_type, refuses, loses, expression)
SELECT c.table_name, c.column_name, c.source_type, c.target_type, c.refuses, c.loses, c.expression
FROM jsonb_to_recordset(:columns::jsonb) AS c(table_name text, column_name text, source_type text, target_type text,
  refuses text, loses text, expression text)
ON CONFLICT DO NOTHING

-- name: read_expressions
SELECT table_name, column_name, expression FROM wirekite_column WHERE expression IS NOT NULL
