-- How the values of each type that a column has may travel. `binary` needs every part of it (below domains, arrays,
-- ranges and composites) to be built in or an enum, and none to be an object's number or to depend on the locale
-- (16384 is the first oid that is not built in). `numbered`: the binary form carries type numbers of this server,
-- which a server below 14 compares with its own.
WITH RECURSIVE part (type, component, numbered) AS (
    SELECT DISTINCT a.atttypid, a.atttypid, false
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE a.attnum > 0 AND NOT a.attisdropped AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    UNION
    SELECT p.type, inner_type.oid, p.numbered OR (inner_type.by_number AND inner_type.oid >= 16384)
    FROM part p
    JOIN pg_type t ON t.oid = p.component
    CROSS JOIN LATERAL (
        SELECT t.typbasetype AS oid, false AS by_number WHERE t.typtype = 'd'
        UNION ALL
        SELECT t.typelem, true WHERE t.typelem <> 0 AND t.typcategory = 'A'
        UNION ALL
        SELECT ranges.subtype, false FROM (
            SELECT r.rngtypid AS type, r.rngsubtype AS subtype FROM pg_range r
            UNION ALL
            SELECT r.rngmultitypid, r.rngsubtype
            FROM (VALUES (0::oid)) AS absent (rngmultitypid)
            CROSS JOIN LATERAL (SELECT rngmultitypid, rngsubtype FROM pg_range) AS r
        ) AS ranges WHERE ranges.type = t.oid
        UNION ALL
        SELECT a.atttypid, true FROM pg_attribute a
        WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    ) AS inner_type
)
SELECT p.type::text AS type,
    bool_and(
        t.typtype IN ('d', 'r', 'm', 'c', 'e') OR t.typcategory = 'A'
        OR (t.oid < 16384 AND t.typname !~ '^reg' AND t.typname NOT IN ('money', 'aclitem', 'pg_node_tree'))
    ) AS binary,
    bool_or(p.numbered) AS numbered
FROM part p
JOIN pg_type t ON t.oid = p.component
GROUP BY p.type;
