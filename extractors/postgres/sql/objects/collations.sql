-- Collations. The locale of an ICU one has had three names.
SELECT format('%s/%s', 'pg_collation'::regclass::oid, c.oid) AS key, NULL AS part, NULL AS on_table, 'before rows' AS moment,
    ARRAY[format('CREATE COLLATION %I.%I (%s)', n.nspname, c.collname, array_to_string(array_remove(ARRAY[
        'PROVIDER = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
        CASE WHEN c.collprovider IN ('i', 'b')
            THEN 'LOCALE = ' || quote_literal(coalesce(c.colllocale, c.colliculocale, c.collcollate)) END,
        CASE WHEN c.collprovider NOT IN ('i', 'b') THEN 'LC_COLLATE = ' || quote_literal(c.collcollate) END,
        CASE WHEN c.collprovider NOT IN ('i', 'b') THEN 'LC_CTYPE = ' || quote_literal(c.collctype) END,
        CASE WHEN NOT c.collisdeterministic THEN 'DETERMINISTIC = false' END,
        'RULES = ' || quote_literal(c.collicurules)
    ], NULL), ', '))] AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM (VALUES (true, NULL::text, NULL::text, NULL::text)) AS absent (collisdeterministic, colliculocale, colllocale, collicurules)
CROSS JOIN LATERAL (
    SELECT oid, collname, collnamespace, collprovider, collcollate, collctype, collisdeterministic, colliculocale, colllocale,
        collicurules
    FROM pg_collation
) AS c
JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
