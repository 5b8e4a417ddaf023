-- Range types. A canonical function is written in C and takes the range itself: such a range is listed as not moved.
SELECT format('%s/%s', 'pg_type'::regclass::oid, t.oid) AS key, NULL AS part, NULL AS on_table, 'before rows' AS moment,
    ARRAY[format('CREATE TYPE %s AS RANGE (%s)', format_type(t.oid, NULL), array_to_string(array_remove(ARRAY[
        'SUBTYPE = ' || format_type(r.rngsubtype, NULL),
        CASE WHEN NOT o.opcdefault THEN format('SUBTYPE_OPCLASS = %I.%I', opn.nspname, o.opcname) END,
        CASE WHEN r.rngcollation <> s.typcollation THEN format('COLLATION = %I.%I', cn.nspname, co.collname) END,
        CASE WHEN r.rngsubdiff <> 0 THEN 'SUBTYPE_DIFF = ' || r.rngsubdiff::regproc END,
        CASE WHEN r.rngmultitypid <> 0 THEN 'MULTIRANGE_TYPE_NAME = ' || format_type(r.rngmultitypid, NULL) END
    ], NULL), ', '))] AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM (VALUES (0::oid)) AS absent (rngmultitypid)
CROSS JOIN LATERAL (
    SELECT rngtypid, rngsubtype, rngcollation, rngsubopc, rngcanonical, rngsubdiff, rngmultitypid FROM pg_range
) AS r
JOIN pg_type t ON t.oid = r.rngtypid
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_type s ON s.oid = r.rngsubtype
JOIN pg_opclass o ON o.oid = r.rngsubopc
JOIN pg_namespace opn ON opn.oid = o.opcnamespace
LEFT JOIN pg_collation co ON co.oid = r.rngcollation
LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
WHERE r.rngcanonical = 0 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
