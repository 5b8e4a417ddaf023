-- name: insert_columns
INSERT INTO wirekite_column (table_name, column_name, source_type, target_type, refuses, loses, expression)
SELECT c.table_name, c.column_name, c.source_type, c.target_type, c.refuses, c.loses, c.expression
FROM JSON_TABLE(:columns, '$[*]' COLUMNS (table_name VARCHAR(320) PATH '$.table_name',
  column_name VARCHAR(320) PATH '$.column_name', source_type LONGTEXT PATH '$.source_type',
  target_type LONGTEXT PATH '$.target_type', refuses LONGTEXT PATH '$.refuses', loses LONGTEXT PATH '$.loses',
  expression LONGTEXT PATH '$.expression')) c
ON DUPLICATE KEY UPDATE wirekite_column.column_name = wirekite_column.column_name

-- name: read_expressions
SELECT table_name, column_name, expression FROM wirekite_column WHERE expression IS NOT NULL
