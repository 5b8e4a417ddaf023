-- The types that columns have, and what is below their domains and arrays: what values of them are. `label`s in order;
-- `item`: of an array. Whether a type's collation is exact is known by column.
WITH RECURSIVE part (oid) AS (
    SELECT a.atttypid
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE a.attnum > 0 AND NOT a.attisdropped AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    UNION
    SELECT inner_type.oid
    FROM part p
    JOIN pg_type t ON t.oid = p.oid
    CROSS JOIN LATERAL (
        SELECT t.typbasetype AS oid WHERE t.typtype = 'd'
        UNION ALL
        SELECT t.typelem WHERE t.typelem <> 0 AND t.typcategory = 'A'
    ) AS inner_type
)
SELECT t.oid::text AS type,
    t.typname AS name,
    t.oid < 16384 AS built_in,
    e.extname AS extension,
    format_type(t.oid, NULL) AS words,
    CASE t.typtype WHEN 'd' THEN t.typbasetype::text END AS base,
    t.typtypmod AS base_modifier,
    CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem::text END AS item,
    CASE t.typtype WHEN 'e' THEN
        ARRAY(SELECT l.enumlabel::text FROM pg_enum l WHERE l.enumtypid = t.oid ORDER BY l.enumsortorder)
    END AS labels
FROM part p
JOIN pg_type t ON t.oid = p.oid
LEFT JOIN pg_depend d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
LEFT JOIN pg_extension e ON e.oid = d.refobjid;
