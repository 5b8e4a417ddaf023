-- Operators. The first of a pair makes its commutator or negator known, the second fills it in; so those of the same
-- types are made one after the other.
SELECT format('%s/%s', 'pg_operator'::regclass::oid, o.oid) AS key, NULL AS part, NULL AS on_table, 'before rows' AS moment,
    ARRAY[format('CREATE OPERATOR %I.%s (%s)', n.nspname, o.oprname, array_to_string(array_remove(ARRAY[
        'PROCEDURE = ' || o.oprcode::regproc,
        CASE WHEN o.oprleft <> 0 THEN 'LEFTARG = ' || format_type(o.oprleft, NULL) END,
        CASE WHEN o.oprright <> 0 THEN 'RIGHTARG = ' || format_type(o.oprright, NULL) END,
        CASE WHEN o.oprcom <> 0 THEN format('COMMUTATOR = OPERATOR(%I.%s)', cn.nspname, c.oprname) END,
        CASE WHEN o.oprnegate <> 0 THEN format('NEGATOR = OPERATOR(%I.%s)', nn.nspname, g.oprname) END,
        CASE WHEN o.oprrest <> 0 THEN 'RESTRICT = ' || o.oprrest::regproc END,
        CASE WHEN o.oprjoin <> 0 THEN 'JOIN = ' || o.oprjoin::regproc END,
        CASE WHEN o.oprcanmerge THEN 'MERGES' END,
        CASE WHEN o.oprcanhash THEN 'HASHES' END
    ], NULL), ', '))] AS statements,
    false AS optional, '{}'::text[] AS needs,
    ARRAY(
        SELECT format('%s/%s', 'pg_operator'::regclass::oid, e.oid) FROM pg_operator e
        WHERE e.oid >= 16384 AND e.oid < o.oid AND e.oprcode <> 0
            AND (e.oprleft, e.oprright) IN ((o.oprleft, o.oprright), (o.oprright, o.oprleft))
    ) AS after
FROM pg_operator o
JOIN pg_namespace n ON n.oid = o.oprnamespace
LEFT JOIN pg_operator c ON c.oid = o.oprcom
LEFT JOIN pg_namespace cn ON cn.oid = c.oprnamespace
LEFT JOIN pg_operator g ON g.oid = o.oprnegate
LEFT JOIN pg_namespace nn ON nn.oid = g.oprnamespace
WHERE o.oprcode <> 0 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
