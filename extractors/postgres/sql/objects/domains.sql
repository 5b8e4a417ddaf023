-- Domains. Their checks come apart: a check may call a function that takes the domain.
SELECT format('%s/%s', 'pg_type'::regclass::oid, t.oid) AS key, NULL AS part, NULL AS on_table, 'before rows' AS moment,
    ARRAY[
        format('CREATE DOMAIN %s AS %s', format_type(t.oid, NULL), format_type(t.typbasetype, t.typtypmod))
        || CASE WHEN t.typcollation <> b.typcollation THEN format(' COLLATE %I.%I', cn.nspname, co.collname) ELSE '' END
        || coalesce(' DEFAULT ' || coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)), '')
        || coalesce(' CONSTRAINT ' || quote_ident(not_null.conname), '')
        || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
    ] AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_collation co ON co.oid = t.typcollation
LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
LEFT JOIN pg_constraint not_null ON not_null.contypid = t.oid AND not_null.contype = 'n'
WHERE t.typtype = 'd' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
