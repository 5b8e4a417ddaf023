-- Replica identity, where it is not the primary key.
SELECT format('%s/%s', 'pg_class'::regclass::oid, c.oid) AS key, 'replica identity' AS part,
    n.nspname || '.' || c.relname AS on_table, 'at cutover' AS moment,
    ARRAY[format('ALTER TABLE ONLY %s REPLICA IDENTITY %s', c.oid::regclass,
        CASE c.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' ELSE format('USING INDEX %I', x.relname) END)]
        AS statements,
    false AS optional,
    array_remove(ARRAY[CASE WHEN x.oid IS NOT NULL THEN format('%s/%s', 'pg_class'::regclass::oid, x.oid) END], NULL) AS needs, '{}'::text[] AS after
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisreplident AND c.relreplident = 'i'
LEFT JOIN pg_class x ON x.oid = i.indexrelid
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
    AND (c.relreplident IN ('f', 'n') OR x.oid IS NOT NULL) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
