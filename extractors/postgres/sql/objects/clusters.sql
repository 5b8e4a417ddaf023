-- By which index a table was clustered.
SELECT format('%s/%s', 'pg_class'::regclass::oid, x.oid) AS key, 'cluster' AS part,
    n.nspname || '.' || c.relname AS on_table, 'after rows' AS moment,
    ARRAY[format('ALTER TABLE %s CLUSTER ON %I', c.oid::regclass, x.relname)] AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid AND c.relpersistence <> 't'
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.indisclustered AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
