-- Materialized views, empty: they are filled by a refresh at cutover.
SELECT format('%s/%s', 'pg_class'::regclass::oid, c.oid) AS key, NULL AS part, NULL AS on_table, 'before rows' AS moment,
    ARRAY[format('CREATE MATERIALIZED VIEW %s%s%s AS %s WITH NO DATA', c.oid::regclass,
        ' USING ' || quote_ident(nullif(am.amname, 'heap')),
        ' WITH (' || array_to_string(c.reloptions, ', ') || ')', rtrim(pg_get_viewdef(c.oid), ';'))] AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_am am ON am.oid = c.relam
WHERE c.relkind = 'm' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
