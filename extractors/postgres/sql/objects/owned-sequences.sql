-- Which column owns a sequence (serial).
SELECT format('%s/%s', 'pg_class'::regclass::oid, c.oid) AS key, 'owning column' AS part,
    tn.nspname || '.' || t.relname AS on_table, 'after rows' AS moment,
    ARRAY[format('ALTER SEQUENCE %s OWNED BY %s.%I', c.oid::regclass, t.oid::regclass, a.attname)] AS statements,
    false AS optional, ARRAY[format('%s/%s', 'pg_class'::regclass::oid, t.oid)] AS needs, '{}'::text[] AS after
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
    AND d.refobjsubid > 0 AND d.deptype = 'a'
JOIN pg_class t ON t.oid = d.refobjid
JOIN pg_namespace tn ON tn.oid = t.relnamespace
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
