-- Text search configurations with their mappings.
SELECT format('%s/%s', 'pg_ts_config'::regclass::oid, c.oid) AS key, NULL AS part, NULL AS on_table, 'before rows' AS moment,
    ARRAY[format('CREATE TEXT SEARCH CONFIGURATION %I.%I (PARSER = %I.%I)', n.nspname, c.cfgname, pn.nspname, p.prsname)]
    || ARRAY(
        SELECT format('ALTER TEXT SEARCH CONFIGURATION %I.%I ADD MAPPING FOR %I WITH %s', n.nspname, c.cfgname, token.alias,
            string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno))
        FROM pg_ts_config_map m
        JOIN ts_token_type(c.cfgparser) AS token ON token.tokid = m.maptokentype
        WHERE m.mapcfg = c.oid
        GROUP BY token.tokid, token.alias
        ORDER BY token.tokid
    ) AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_ts_config c
JOIN pg_namespace n ON n.oid = c.cfgnamespace
JOIN pg_ts_parser p ON p.oid = c.cfgparser
JOIN pg_namespace pn ON pn.oid = p.prsnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
