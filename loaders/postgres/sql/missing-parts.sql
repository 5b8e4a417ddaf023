-- Extensions that are not installed on the server's disk, and roles that do not exist in it.
SELECT 'extension' AS part, n.name FROM unnest(:extensions::text[]) AS n(name)
WHERE CASE WHEN cardinality(:extensions::text[]) > 0
  THEN NOT EXISTS (SELECT 1 FROM pg_available_extensions a WHERE quote_ident(a.name) = n.name) END
UNION ALL
SELECT 'role', n.name FROM unnest(:roles::text[]) AS n(name)
WHERE NOT EXISTS (SELECT 1 FROM pg_roles r WHERE r.rolname = n.name)
ORDER BY 1, 2;
