-- Row security policies. One that names roles is optional: without it less is let through, never more, unless it is
-- restrictive.
SELECT format('%s/%s', 'pg_policy'::regclass::oid, p.oid) AS key, NULL AS part,
    n.nspname || '.' || c.relname AS on_table, 'at cutover' AS moment,
    ARRAY[format('CREATE POLICY %I ON %s AS %s FOR %s TO %s', p.polname, c.oid::regclass,
        CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
        CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
        roles.list)
        || coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
        || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')] AS statements,
    p.polpermissive AND p.polroles <> '{0}' AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
    SELECT string_agg(CASE u.role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(u.role)) END, ', ' ORDER BY u.n) AS list
    FROM unnest(p.polroles) WITH ORDINALITY AS u (role, n)
) AS roles
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
