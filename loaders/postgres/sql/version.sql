-- What decides which words this server understands. geometry: the type of PostGIS, as a statement writes it.
SELECT current_setting('server_version_num')::int / 10000 AS major,
       (SELECT quote_ident(n.nspname) || '.geometry'
        FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'postgis') AS geometry;
