-- Constraints of tables. NOT NULL is said with its column, except where it is NOT VALID. A foreign key or check that
-- came from a parent is "inherited"; a key of a partition is made by itself and then attached to its parent's index.
-- Storage parameters of a key's index are no part of pg_get_constraintdef: they go before DEFERRABLE.
SELECT format('%s/%s', 'pg_constraint'::regclass::oid, k.oid) AS key,
    format('%s/%s', 'pg_class'::regclass::oid, k.conrelid) AS "table",
    k.conname AS name,
    CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'c' THEN 'check' WHEN 'x' THEN 'exclusion'
        WHEN 'f' THEN 'foreign key' ELSE 'not null' END AS kind,
    names.columns,
    k.contype IN ('c', 'f', 'n') AND (k.coninhcount > 0 AND NOT k.conislocal OR k.conparentid <> 0) AS inherited,
    k.condeferrable AS deferrable,
    k.convalidated AS validated,
    CASE WHEN k.contype IN ('p', 'u') AND i.reloptions IS NOT NULL
        THEN regexp_replace(pg_get_constraintdef(k.oid), '( DEFERRABLE( INITIALLY DEFERRED)?)?$',
            format(' WITH (%s)\1', array_to_string(i.reloptions, ', ')))
        ELSE pg_get_constraintdef(k.oid) END AS definition,
    CASE k.contype WHEN 'f' THEN fn.nspname || '.' || f.relname END AS references_table,
    names.references_columns,
    k.confdeltype AS on_delete,
    k.confupdtype AS on_update,
    CASE k.contype WHEN 'c' THEN pg_get_expr(k.conbin, k.conrelid) END AS condition,
    format('%s/%s', 'pg_class'::regclass::oid, k.conindid) AS index_key,
    CASE WHEN k.contype IN ('p', 'u', 'x') THEN k.conindid::regclass::text END AS index_name,
    CASE WHEN k.contype IN ('p', 'u', 'x') THEN parent.inhparent::regclass::text END AS parent,
    CASE WHEN k.contype IN ('p', 'u') AND am.amname = 'btree' THEN pg_get_indexdef(k.conindid) END AS build
FROM (VALUES (0::oid)) AS absent (conparentid)
CROSS JOIN LATERAL (
    SELECT oid, conrelid, conname, contype, conkey, confkey, confrelid, conindid, coninhcount, conislocal, condeferrable,
        convalidated, conparentid, confdeltype, confupdtype, conbin
    FROM pg_constraint
) AS k
JOIN pg_class c ON c.oid = k.conrelid AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class i ON i.oid = k.conindid
LEFT JOIN pg_am am ON am.oid = i.relam
LEFT JOIN pg_class f ON f.oid = k.confrelid
LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
LEFT JOIN pg_inherits parent ON parent.inhrelid = k.conindid
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(a.attname::text ORDER BY u.n), '{}') AS columns,
        coalesce(array_agg(fa.attname::text ORDER BY u.n) FILTER (WHERE fa.attname IS NOT NULL), '{}') AS references_columns
    FROM unnest(k.conkey) WITH ORDINALITY AS u (attnum, n)
    LEFT JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum
    LEFT JOIN pg_attribute fa ON fa.attrelid = k.confrelid AND fa.attnum = k.confkey[u.n]
) AS names
WHERE (k.contype IN ('p', 'u', 'c', 'x', 'f') OR k.contype = 'n' AND NOT k.convalidated)
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY k.conrelid, k.conname;
