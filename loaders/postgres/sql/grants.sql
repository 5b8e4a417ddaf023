-- What a login needs to make these schemas' tables, load them and apply changes, and why.
SELECT g.statement, g.why FROM (
  SELECT 1 AS place, format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', current_database(), :login::text) AS statement,
    'to log in, and to stage changes' AS why
  UNION SELECT 2, format('GRANT CREATE ON DATABASE %I TO %I', current_database(), :login::text), 'to make schemas, the control schema among them'
  UNION SELECT 3, format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', n.nspname, :login::text), 'it is there already'
  FROM pg_namespace n WHERE n.nspname = ANY (:schemas::text[])
  UNION SELECT 4, format('GRANT pg_read_all_stats TO %I', :login::text), 'to say who holds the lock that somebody waits for'
  UNION SELECT 5, format('GRANT SET ON PARAMETER session_replication_role TO %I', :login::text),
    'so that foreign keys and triggers do not fire on applied changes' WHERE current_setting('server_version_num')::int >= 150000
) g ORDER BY g.place, g.statement
