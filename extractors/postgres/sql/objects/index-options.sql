-- What an index has beyond its definition: statistics targets of its expressions, parameters of an exclusion constraint.
SELECT format('%s/%s', 'pg_class'::regclass::oid, c.oid) AS key, 'options' AS part,
    n.nspname || '.' || t.relname AS on_table, 'after rows' AS moment,
    ARRAY(
        SELECT format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s', c.oid::regclass, a.attnum, a.attstattarget)
        FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attstattarget >= 0
        ORDER BY a.attnum
    ) || CASE WHEN k.oid IS NOT NULL
        THEN ARRAY[format('ALTER INDEX %s SET (%s)', c.oid::regclass, array_to_string(c.reloptions, ', '))] ELSE '{}' END
        AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid AND t.relpersistence <> 't'
JOIN pg_namespace n ON n.oid = t.relnamespace
LEFT JOIN pg_constraint k ON k.conindid = c.oid AND k.contype = 'x' AND c.reloptions IS NOT NULL
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND (k.oid IS NOT NULL OR EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget >= 0));
