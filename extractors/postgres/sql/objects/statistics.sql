-- Extended statistics.
SELECT format('%s/%s', 'pg_statistic_ext'::regclass::oid, s.oid) AS key, NULL AS part,
    tn.nspname || '.' || c.relname AS on_table, 'after rows' AS moment,
    ARRAY[pg_get_statisticsobjdef(s.oid)]
    || CASE WHEN s.stxstattarget >= 0
        THEN ARRAY[format('ALTER STATISTICS %I.%I SET STATISTICS %s', n.nspname, s.stxname, s.stxstattarget)] ELSE '{}' END
        AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM (VALUES (-1)) AS absent (stxstattarget)
CROSS JOIN LATERAL (SELECT oid, stxname, stxnamespace, stxrelid, stxstattarget FROM pg_statistic_ext) AS s
JOIN pg_namespace n ON n.oid = s.stxnamespace
JOIN pg_class c ON c.oid = s.stxrelid
JOIN pg_namespace tn ON tn.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
