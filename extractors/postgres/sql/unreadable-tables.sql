-- Tables that this role may not read, or of which row security would hide rows.
SELECT n.name,
       CASE WHEN NOT has_schema_privilege(s.oid, 'USAGE') THEN 'schema'
            WHEN NOT has_table_privilege(c.oid, 'SELECT') THEN 'select'
            ELSE 'row security' END AS lacks
FROM unnest(:names::text[]) AS n(name)
JOIN pg_class c ON c.oid = to_regclass(n.name)
JOIN pg_namespace s ON s.oid = c.relnamespace
WHERE NOT has_schema_privilege(s.oid, 'USAGE')
   OR NOT has_table_privilege(c.oid, 'SELECT')
   OR row_security_active(c.oid)
ORDER BY n.name;
