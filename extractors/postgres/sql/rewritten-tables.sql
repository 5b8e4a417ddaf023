-- Under the snapshot: tables whose storage is no longer the one that the snapshot knows, or that it does not know at all.
SELECT n.name
FROM unnest(:names::text[]) AS n(name)
LEFT JOIN pg_class c ON c.oid = to_regclass(n.name)
WHERE c.relfilenode IS DISTINCT FROM pg_relation_filenode(to_regclass(n.name));
