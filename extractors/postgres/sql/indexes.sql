-- Indexes of tables that do not belong to a constraint. An invalid one (CREATE INDEX CONCURRENTLY that failed) is left
-- out; the index of a partitioned table is invalid only while a partition lacks its own. `parts`: the columns that it is
-- ordered by, where any engine could have it.
SELECT format('%s/%s', 'pg_class'::regclass::oid, c.oid) AS key,
    format('%s/%s', 'pg_class'::regclass::oid, i.indrelid) AS "table",
    c.relname AS name,
    i.indisunique AS "unique",
    ARRAY(
        SELECT coalesce(a.attname::text, pg_get_indexdef(c.oid, u.n::int, true))
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u (attnum, n)
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum AND u.attnum > 0
        ORDER BY u.n
    ) AS columns,
    pg_get_indexdef(c.oid) AS definition,
    am.amname AS method,
    CASE WHEN i.indexprs IS NULL AND i.indpred IS NULL AND NOT i.indnullsnotdistinct THEN (
        SELECT json_agg(json_build_object('column', a.attname, 'descending', i.indoption[u.n - 1] & 1 = 1) ORDER BY u.n)
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u (attnum, n)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum
        WHERE u.n <= i.indnkeyatts
    ) END AS parts,
    c.oid::regclass::text AS index_name,
    parent.inhparent::regclass::text AS parent
FROM (
    SELECT i.*
    FROM (VALUES (NULL::int2, false)) AS absent (indnkeyatts, indnullsnotdistinct)
    CROSS JOIN LATERAL (
        SELECT indexrelid, indrelid, indisunique, indisvalid, indkey, indoption, indexprs, indpred, indnullsnotdistinct,
            coalesce(indnkeyatts, indnatts) AS indnkeyatts
        FROM pg_index
    ) AS i
) AS i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_am am ON am.oid = c.relam
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class t ON t.oid = i.indrelid AND t.relkind IN ('r', 'p') AND t.relpersistence <> 't'
LEFT JOIN pg_inherits parent ON parent.inhrelid = c.oid
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND (i.indisvalid OR t.relkind = 'p')
    AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x'))
ORDER BY i.indrelid, c.relname;
