-- Checks of domains.
SELECT format('%s/%s', 'pg_constraint'::regclass::oid, k.oid) AS key, NULL AS part, NULL AS on_table,
    'before rows' AS moment,
    ARRAY[format('ALTER DOMAIN %s ADD CONSTRAINT %I %s', format_type(t.oid, NULL), k.conname, pg_get_constraintdef(k.oid))]
        AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_constraint k
JOIN pg_type t ON t.oid = k.contypid
JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE k.contype = 'c' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    -- That of an extension's domain comes with the extension, and nothing but the domain says so.
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e');
