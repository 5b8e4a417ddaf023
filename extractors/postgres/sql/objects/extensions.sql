-- Extensions, in the version that the target has. Their members come with them.
SELECT format('%s/%s', 'pg_extension'::regclass::oid, e.oid) AS key, NULL AS part, NULL AS on_table,
    'before rows' AS moment,
    ARRAY[format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I', e.extname, n.nspname)] AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace;
