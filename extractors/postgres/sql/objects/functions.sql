-- Functions and procedures. Bodies are not checked: they may name what is made later.
SELECT format('%s/%s', 'pg_proc'::regclass::oid, p.oid) AS key, NULL AS part, NULL AS on_table, 'before rows' AS moment,
    ARRAY['SET LOCAL check_function_bodies = off', pg_get_functiondef(p.oid)] AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE NOT EXISTS (SELECT 1 FROM pg_aggregate g WHERE g.aggfnoid = p.oid)
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
