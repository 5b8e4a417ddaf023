-- Materialized views that are filled on the source.
SELECT format('%s/%s', 'pg_class'::regclass::oid, c.oid) AS key, 'refresh' AS part, NULL AS on_table, 'at cutover' AS moment,
    ARRAY[format('REFRESH MATERIALIZED VIEW %s', c.oid::regclass)] AS statements, false AS optional,
    ARRAY(SELECT format('%s/%s', 'pg_class'::regclass::oid, i.indexrelid) FROM pg_index i WHERE i.indrelid = c.oid) AS needs, '{}'::text[] AS after
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'm' AND c.relispopulated AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
