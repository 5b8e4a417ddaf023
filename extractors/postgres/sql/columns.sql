-- Columns of all tables, in order. A column of pg_attribute that this server's version has not got takes its value
-- from "absent": an unqualified name inside the lateral query finds the catalog's column first.
WITH declared_not_null AS (
    SELECT k.conrelid, k.conkey[1] AS attnum, k.conname, k.convalidated, k.conislocal, k.connoinherit
    FROM pg_constraint k
    WHERE k.contype = 'n' AND k.conrelid <> 0
), identities AS (
    SELECT d.refobjid AS attrelid, d.refobjsubid AS attnum, s.seqrelid::regclass::text AS sequence,
        format('START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s %s', s.seqstart, s.seqincrement,
            s.seqmin, s.seqmax, s.seqcache, CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END) AS options
    FROM pg_sequence s
    JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid
        AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i'
)
SELECT format('%s/%s', 'pg_class'::regclass::oid, a.attrelid) AS "table",
    a.attname AS name,
    format_type(a.atttypid, a.atttypmod) AS type,
    a.atttypid::text AS type_oid,
    a.atttypmod AS modifier,
    NOT a.attnotnull OR NOT coalesce(k.convalidated, true) AS nullable,
    CASE WHEN a.attnotnull AND coalesce(k.convalidated, true) AND (c.relispartition OR coalesce(k.conislocal, NOT EXISTS (
        SELECT 1
        FROM pg_inherits i
        JOIN pg_attribute pa ON pa.attrelid = i.inhparent AND pa.attname = a.attname AND pa.attnotnull
        WHERE i.inhrelid = a.attrelid
    ))) THEN
        coalesce('CONSTRAINT ' || quote_ident(k.conname) || ' ', '') || 'NOT NULL'
        || CASE WHEN k.connoinherit THEN ' NO INHERIT' ELSE '' END
    END AS not_null,
    coalesce(co.collisdeterministic, true) AS exact,
    col_description(a.attrelid, a.attnum) AS comment,
    CASE WHEN a.attcollation <> t.typcollation THEN format('%I.%I', cn.nspname, co.collname) END AS collation,
    pg_get_expr(d.adbin, d.adrelid) AS expression,
    format('%s/%s', 'pg_attrdef'::regclass::oid, d.oid) AS expression_key,
    a.attgenerated AS generated,
    a.attidentity AS identity,
    s.sequence,
    s.options AS sequence_options,
    array_remove(ARRAY[
        CASE WHEN a.attstorage <> t.typstorage THEN 'SET STORAGE ' || CASE a.attstorage
            WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END,
        CASE a.attcompression WHEN 'l' THEN 'SET COMPRESSION lz4' WHEN 'p' THEN 'SET COMPRESSION pglz' END,
        CASE WHEN a.attstattarget >= 0 THEN 'SET STATISTICS ' || a.attstattarget END,
        CASE WHEN a.attoptions IS NOT NULL THEN 'SET (' || array_to_string(a.attoptions, ', ') || ')' END
    ], NULL) AS options,
    a.attislocal AS local
FROM (VALUES (''::"char", ''::"char")) AS absent (attgenerated, attcompression)
CROSS JOIN LATERAL (
    SELECT attrelid, attnum, attname, atttypid, atttypmod, attnotnull, attcollation, attidentity, attstorage,
        attstattarget, attoptions, attislocal, attisdropped, attgenerated, attcompression
    FROM pg_attribute
) AS a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN (
    SELECT c.* FROM (VALUES (true)) AS absent (collisdeterministic)
    CROSS JOIN LATERAL (SELECT oid, collname, collnamespace, collisdeterministic FROM pg_collation) AS c
) AS co ON co.oid = a.attcollation
LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN identities s ON s.attrelid = a.attrelid AND s.attnum = a.attnum
LEFT JOIN declared_not_null k ON k.conrelid = a.attrelid AND k.attnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY a.attrelid, a.attnum;
