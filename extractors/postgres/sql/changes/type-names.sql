-- Types as columns of a schema name them, in the order asked for.
SELECT format_type(t.oid, t.modifier) AS name
FROM unnest(:types::oid[], :modifiers::int[]) WITH ORDINALITY AS t (oid, modifier, n)
ORDER BY t.n;
