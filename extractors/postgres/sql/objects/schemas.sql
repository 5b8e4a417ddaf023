-- Schemas. `public` is there already, as a rule.
SELECT format('%s/%s', 'pg_namespace'::regclass::oid, n.oid) AS key, NULL AS part, NULL AS on_table,
    'before rows' AS moment, ARRAY[format('CREATE SCHEMA IF NOT EXISTS %I', n.nspname)] AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_namespace n
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
