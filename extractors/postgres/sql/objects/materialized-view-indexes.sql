-- Indexes of materialized views.
SELECT format('%s/%s', 'pg_class'::regclass::oid, c.oid) AS key, NULL AS part, NULL AS on_table, 'before rows' AS moment,
    ARRAY[pg_get_indexdef(c.oid)] AS statements, false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class v ON v.oid = i.indrelid AND v.relkind = 'm'
WHERE i.indisvalid AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
