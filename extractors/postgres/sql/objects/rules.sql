-- Rules, except those that make a view a view.
SELECT format('%s/%s', 'pg_rewrite'::regclass::oid, r.oid) AS key, NULL AS part,
    n.nspname || '.' || c.relname AS on_table, 'at cutover' AS moment,
    ARRAY[rtrim(pg_get_ruledef(r.oid), ';')]
    || CASE r.ev_enabled WHEN 'O' THEN '{}' ELSE ARRAY[format('ALTER TABLE %s %s RULE %I', c.oid::regclass,
        CASE r.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END, r.rulename)] END
        AS statements,
    ARRAY[format('DROP RULE IF EXISTS %I ON %s', r.rulename, c.oid::regclass)] AS undo,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_rewrite r
JOIN pg_class c ON c.oid = r.ev_class AND c.relpersistence <> 't'
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
