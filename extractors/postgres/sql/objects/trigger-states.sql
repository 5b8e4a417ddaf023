-- Triggers that are disabled, or fire for replicas too, on the table or on one of its partitions alone.
SELECT format('%s/%s', 'pg_trigger'::regclass::oid, origin.oid) AS key, 'state on ' || c.oid::regclass AS part,
    n.nspname || '.' || c.relname AS on_table, 'at cutover' AS moment,
    ARRAY[format('ALTER TABLE ONLY %s %s TRIGGER %I', c.oid::regclass,
        CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END, t.tgname)] AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM (VALUES (0::oid)) AS absent (tgparentid)
CROSS JOIN LATERAL (SELECT oid, tgrelid, tgname, tgenabled, tgisinternal, tgparentid FROM pg_trigger) AS t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
    WITH RECURSIVE up (trigger) AS (
        SELECT t.oid
        UNION ALL
        SELECT d.refobjid FROM up JOIN pg_depend d ON d.classid = 'pg_trigger'::regclass AND d.objid = up.trigger
            AND d.refclassid = 'pg_trigger'::regclass
    )
    SELECT up.trigger AS oid FROM up
    WHERE NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_trigger'::regclass AND d.objid = up.trigger
        AND d.refclassid = 'pg_trigger'::regclass)
) AS origin
WHERE t.tgenabled <> 'O' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND EXISTS (SELECT 1 FROM pg_trigger o WHERE o.oid = origin.oid AND NOT o.tgisinternal);
