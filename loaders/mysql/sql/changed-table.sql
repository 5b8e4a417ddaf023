-- The columns of a table of the target, in order.
SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type, COLLATION_NAME AS collation, EXTRA AS extra
FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA = :database AND TABLE_NAME = :table
ORDER BY ORDINAL_POSITION
