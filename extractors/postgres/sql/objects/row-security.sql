-- Row security that is switched on. Without a policy it lets nothing through but the owner.
SELECT format('%s/%s', 'pg_class'::regclass::oid, c.oid) AS key, 'row security' AS part,
    n.nspname || '.' || c.relname AS on_table, 'at cutover' AS moment,
    CASE WHEN c.relrowsecurity THEN ARRAY[format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', c.oid::regclass)] ELSE '{}' END
    || CASE WHEN c.relforcerowsecurity THEN ARRAY[format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', c.oid::regclass)]
        ELSE '{}' END AS statements,
    ARRAY[format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', c.oid::regclass)] AS undo,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND (c.relrowsecurity OR c.relforcerowsecurity) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
