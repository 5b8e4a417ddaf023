-- Enums with their labels in order.
SELECT format('%s/%s', 'pg_type'::regclass::oid, t.oid) AS key, NULL AS part, NULL AS on_table, 'before rows' AS moment,
    ARRAY[format('CREATE TYPE %s AS ENUM (%s)', format_type(t.oid, NULL), labels.list)] AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
CROSS JOIN LATERAL (
    SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) AS list FROM pg_enum e WHERE e.enumtypid = t.oid
) AS labels
WHERE t.typtype = 'e' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
