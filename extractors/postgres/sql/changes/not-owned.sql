-- Tables that this role may not publish.
SELECT n.name, pg_get_userbyid(c.relowner) AS owner
FROM unnest(:names::text[]) AS n (name)
JOIN pg_class c ON c.oid = to_regclass(n.name)
WHERE NOT pg_has_role(c.relowner, 'USAGE')
ORDER BY n.name;
