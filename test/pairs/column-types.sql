-- Every type that is not a pseudo-type, with the type of its elements where it is an array.
SELECT t.typname AS name, format_type(t.oid, NULL) AS type, t.typtype AS kind, e.typname AS element,
  r.relkind IN ('r', 'v', 't') AS row_of_catalog,
  (SELECT count(*)::int FROM pg_attribute a WHERE a.attrelid = t.typrelid AND attnum > 0 AND NOT attisdropped) AS fields
FROM pg_type t
LEFT JOIN pg_type e ON e.oid = t.typelem AND e.typarray = t.oid
LEFT JOIN pg_class r ON r.oid = coalesce(e.typrelid, t.typrelid) AND r.oid > 0
WHERE t.typtype <> 'p' AND t.typisdefined AND coalesce(e.typtype, 'b') <> 'p' AND coalesce(r.relkind <> 't', true)
ORDER BY coalesce(r.relkind, ' ') IN ('r', 'v'), t.oid
