-- Comments on everything. pg_identify_object names the kinds nearly as COMMENT does.
SELECT format('%s/%s', d.classoid, d.objoid) AS key,
    'comment' || coalesce(' on column ' || quote_ident(a.attname), '') AS part,
    n.nspname || '.' || c.relname AS on_table,
    CASE WHEN i.type IN ('table', 'table column', 'index', 'table constraint') THEN 'after rows' ELSE 'before rows' END AS moment,
    ARRAY[format('COMMENT ON %s IS %L', CASE i.type
        WHEN 'table constraint' THEN format('CONSTRAINT %I ON %s', k.conname, k.conrelid::regclass)
        WHEN 'domain constraint' THEN format('CONSTRAINT %I ON DOMAIN %s', k.conname, format_type(k.contypid, NULL))
        WHEN 'table column' THEN 'COLUMN ' || i.identity
        WHEN 'view column' THEN 'COLUMN ' || i.identity
        WHEN 'materialized view column' THEN 'COLUMN ' || i.identity
        WHEN 'composite type column' THEN 'COLUMN ' || i.identity
        WHEN 'composite type' THEN 'TYPE ' || i.identity
        WHEN 'statistics object' THEN 'STATISTICS ' || i.identity
        WHEN 'aggregate' THEN 'AGGREGATE ' || regexp_replace(i.identity, '\(\)$', '(*)')
        ELSE upper(i.type) || ' ' || i.identity
    END, d.description)] AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_description d
CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) AS i
LEFT JOIN pg_constraint k ON d.classoid = 'pg_constraint'::regclass AND k.oid = d.objoid
LEFT JOIN pg_trigger t ON d.classoid = 'pg_trigger'::regclass AND t.oid = d.objoid
LEFT JOIN pg_index x ON d.classoid = 'pg_class'::regclass AND x.indexrelid = d.objoid
LEFT JOIN pg_class c ON c.relkind IN ('r', 'p', 'f') AND c.oid = coalesce(k.conrelid, t.tgrelid, x.indrelid,
    CASE d.classoid WHEN 'pg_class'::regclass THEN d.objoid END)
LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON d.classoid = 'pg_class'::regclass AND a.attrelid = d.objoid AND a.attnum = d.objsubid AND d.objsubid > 0
WHERE (d.objoid >= 16384 OR (d.classoid = 'pg_namespace'::regclass AND i.identity = 'public'
    AND d.description <> 'standard public schema'));
