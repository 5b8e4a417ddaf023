-- Which words the server understands, and whether the database is there.
SELECT VERSION() AS version, @@lower_case_table_names AS folds, COUNT(*) AS there
FROM information_schema.SCHEMATA
WHERE SCHEMA_NAME = :database
