-- Rows and a checksum of everything in the shop. It does not depend on the order of the rows, and counts equal ones.
SELECT name AS "table", count(*)::text AS rows, to_hex((sum(('x' || left(digest, 12))::bit(48)::bigint) % 4611686018427387904)::bigint) AS checksum
FROM (
  SELECT 'customer' AS name, md5(r::text) AS digest FROM shop.customer r
  UNION ALL SELECT 'product', md5(r::text) FROM shop.product r
  UNION ALL SELECT 'orders', md5(r::text) FROM shop.orders r
  UNION ALL SELECT 'order_item', md5(r::text) FROM shop.order_item r
  UNION ALL SELECT 'payment', md5(r::text) FROM shop.payment r
  UNION ALL SELECT 'audit', md5(r::text) FROM shop.audit r
  UNION ALL SELECT 'open_order (view)', md5(r::text) FROM shop.open_order r
  UNION ALL SELECT 'revenue (materialized view)', md5(r::text) FROM shop.revenue r
) every_row
GROUP BY name ORDER BY name;
