-- Views, with their options and the defaults of their columns. `shell` has the columns only: it stands in where views
-- and functions need each other in a circle.
SELECT format('%s/%s', 'pg_class'::regclass::oid, c.oid) AS key, NULL AS part, NULL AS on_table, 'before rows' AS moment,
    ARRAY[format('CREATE VIEW %s%s AS %s', c.oid::regclass,
        coalesce(' WITH (' || array_to_string(c.reloptions, ', ') || ')', ''), rtrim(pg_get_viewdef(c.oid), ';'))]
    || ARRAY(
        SELECT format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', c.oid::regclass, a.attname, pg_get_expr(d.adbin, d.adrelid))
        FROM pg_attrdef d
        JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
        WHERE d.adrelid = c.oid
        ORDER BY a.attnum
    ) AS statements,
    (
        SELECT format('CREATE VIEW %s AS SELECT %s', c.oid::regclass,
            string_agg(format('NULL::%s%s AS %I', format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attcollation = 0 THEN '' ELSE format(' COLLATE %I.%I', cn.nspname, co.collname) END, a.attname),
                ', ' ORDER BY a.attnum))
        FROM pg_attribute a
        LEFT JOIN pg_collation co ON co.oid = a.attcollation
        LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ) AS shell,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'v' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
