-- Triggers of tables and views. Those that a partition has from its parent come with the parent's.
SELECT format('%s/%s', 'pg_trigger'::regclass::oid, t.oid) AS key, NULL AS part,
    n.nspname || '.' || c.relname AS on_table, 'at cutover' AS moment,
    ARRAY[pg_get_triggerdef(t.oid)] AS statements,
    ARRAY[format('DROP TRIGGER IF EXISTS %I ON %s', t.tgname, c.oid::regclass)] AS undo,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM (VALUES (0::oid)) AS absent (tgparentid)
CROSS JOIN LATERAL (SELECT oid, tgrelid, tgname, tgisinternal, tgparentid FROM pg_trigger) AS t
JOIN pg_class c ON c.oid = t.tgrelid AND c.relpersistence <> 't'
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
