-- Tables, partitioned and plain. Rows and bytes are estimates; out-of-line values are counted.
SELECT format('%s/%s', 'pg_class'::regclass::oid, c.oid) AS key,
    n.nspname AS schema,
    c.relname AS name,
    c.relkind = 'r' AS has_rows,
    c.relpersistence = 'u' AND c.relkind = 'r' AS unlogged,
    CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END AS partition_by,
    CASE WHEN c.relispartition THEN parents.names[1] END AS partition_of,
    CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS partition_bound,
    CASE WHEN c.relispartition OR parents.names IS NULL THEN '{}' ELSE parents.names END AS inherits,
    ARRAY(SELECT unnest(c.reloptions) UNION ALL SELECT 'toast.' || unnest(t.reloptions)) AS parameters,
    nullif(am.amname, 'heap') AS access_method,
    CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS of_type,
    CASE
        WHEN c.relkind <> 'r' OR c.reltuples <= 0 THEN 0
        WHEN c.relpages = 0 THEN c.reltuples
        ELSE c.reltuples / c.relpages * (pg_relation_size(c.oid) / current_setting('block_size')::int)
    END::bigint::text AS rows_estimated,
    obj_description(c.oid, 'pg_class') AS comment,
    CASE c.relkind WHEN 'r' THEN pg_table_size(c.oid) ELSE 0 END::text AS bytes_estimated
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
LEFT JOIN pg_am am ON am.oid = c.relam
CROSS JOIN LATERAL (
    SELECT array_agg(i.inhparent::regclass::text ORDER BY i.inhseqno) AS names FROM pg_inherits i WHERE i.inhrelid = c.oid
) AS parents
WHERE c.relkind IN ('r', 'p')
    AND c.relpersistence <> 't'
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY n.nspname, c.relname;
