-- Who refers to whom, partitions as the partitioned table above all others, and what is done to the rows that refer.
WITH RECURSIVE keys AS (
  SELECT conrelid AS child, confrelid AS parent, confdeltype AS on_delete, confupdtype AS on_update
  FROM pg_constraint WHERE contype = 'f'
), above (member, oid, steps) AS (
  SELECT oid, oid, 0 FROM (SELECT child FROM keys UNION SELECT parent FROM keys) AS k (oid)
  UNION ALL
  SELECT a.member, i.inhparent, a.steps + 1
  FROM above a JOIN pg_class c ON c.oid = a.oid AND c.relispartition JOIN pg_inherits i ON i.inhrelid = c.oid
), roots AS (
  SELECT DISTINCT ON (member) member, oid AS root FROM above ORDER BY member, steps DESC
)
SELECT DISTINCT c.root AS child, p.root AS parent, k.on_delete, k.on_update
FROM keys k JOIN roots c ON c.member = k.child JOIN roots p ON p.member = k.parent
ORDER BY 1, 2, 3, 4;
