-- How large a table is now, and (for servers that cannot read a ctid range) the even bounds of its key's first column.
SELECT pg_relation_size(c.oid) / current_setting('block_size')::bigint AS pages,
       pg_table_size(c.oid) AS bytes,
       current_setting('server_version_num')::int >= 140000 AS tid_ranges,
       a.attname AS key_column,
       array_to_json(s.histogram_bounds::text::text[])::text AS key_bounds
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname
                    AND s.attname = a.attname AND NOT s.inherited
WHERE c.oid = to_regclass(:name);
