-- What a login needs to read these tables, and why. :changes YES: also to follow what is committed to them.
WITH moved AS (
  SELECT c.oid, c.relnamespace, c.relowner, c.relrowsecurity, n.name
  FROM unnest(:names::text[]) AS n (name) JOIN pg_class c ON c.oid = to_regclass(n.name)
), counter AS ( -- of these tables, or of none
  SELECT s.oid, s.relnamespace FROM pg_class s
  WHERE s.relkind = 'S' AND s.relnamespace IN (SELECT relnamespace FROM moved) AND NOT EXISTS (
    SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
      AND d.refclassid = 'pg_class'::regclass AND d.refobjid NOT IN (SELECT oid FROM moved))
)
SELECT g.statement, g.why FROM (
  SELECT 1 AS place, format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), :login::text) AS statement, 'to log in' AS why
  UNION SELECT 2, format('GRANT USAGE ON SCHEMA %I TO %I', n.nspname, :login::text), 'to see what is in it'
  FROM pg_namespace n WHERE n.oid IN (SELECT relnamespace FROM moved)
  UNION SELECT 3, format('GRANT SELECT ON TABLE %s TO %I', name, :login::text), 'to read its rows' FROM moved
  UNION SELECT 4, format('GRANT SELECT ON SEQUENCE %s TO %I', oid::regclass, :login::text), 'to read where it stands, at the end' FROM counter
  UNION SELECT 5, format('ALTER ROLE %I BYPASSRLS', :login::text), 'or row security hides rows of ' || string_agg(name, ', ')
  FROM moved WHERE relrowsecurity HAVING count(*) > 0
  UNION SELECT 6, format('ALTER ROLE %I REPLICATION', :login::text), 'to read the log' WHERE :changes::text = 'YES'
  UNION SELECT 7, format('GRANT CREATE ON DATABASE %I TO %I', current_database(), :login::text), 'to make the publications' WHERE :changes::text = 'YES'
  UNION SELECT 8, format('GRANT %I TO %I', o.rolname, :login::text), 'a table is published by who owns it: ' || string_agg(m.name, ', ')
  FROM moved m JOIN pg_roles o ON o.oid = m.relowner WHERE :changes::text = 'YES' AND o.rolname <> :login::text GROUP BY o.rolname
) g ORDER BY g.place, g.statement
