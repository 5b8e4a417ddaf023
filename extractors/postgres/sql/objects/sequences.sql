-- Sequences, except those of identity columns, which come with their table. Their values are set at the end.
SELECT format('%s/%s', 'pg_class'::regclass::oid, c.oid) AS key, NULL AS part,
    tn.nspname || '.' || t.relname AS on_table,
    'before rows' AS moment,
    ARRAY[format('CREATE %sSEQUENCE %s AS %s START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s %s',
        CASE WHEN c.relpersistence = 'u' AND t.oid IS NULL THEN 'UNLOGGED ' ELSE '' END, c.oid::regclass,
        format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
        CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END)] AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid AND c.relpersistence <> 't'
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
    AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
LEFT JOIN pg_class t ON t.oid = d.refobjid
LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
