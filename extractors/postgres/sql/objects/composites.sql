-- Free-standing composite types.
SELECT format('%s/%s', 'pg_type'::regclass::oid, t.oid) AS key, NULL AS part, NULL AS on_table, 'before rows' AS moment,
    ARRAY[format('CREATE TYPE %s AS (%s)', format_type(t.oid, NULL), coalesce(attributes.list, ''))] AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
CROSS JOIN LATERAL (
    SELECT string_agg(
        format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
        || CASE WHEN a.attcollation <> at.typcollation THEN format(' COLLATE %I.%I', cn.nspname, co.collname) ELSE '' END,
        ', ' ORDER BY a.attnum) AS list
    FROM pg_attribute a
    JOIN pg_type at ON at.oid = a.atttypid
    LEFT JOIN pg_collation co ON co.oid = a.attcollation
    LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
) AS attributes
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
