-- One moment in the shop, as one transaction. In psql, with \watch 0.1 behind it, it is a writer that never rests.
DO $$
DECLARE
  known bigint := 60001 + floor(random() * 90000); -- an order that was there from the beginning
  added bigint;
BEGIN
  CASE floor(random() * 12)
  WHEN 0 THEN -- an order is taken back, with all that belongs to it
    DELETE FROM shop.payment WHERE id = known;
    DELETE FROM shop.orders WHERE id = known;
  WHEN 1 THEN -- its lines get new numbers, and with them new keys
    UPDATE shop.order_item SET line = line + 2 WHERE order_id = known;
  WHEN 2 THEN -- a payment goes into another month, and so into another partition
    WITH moved AS (DELETE FROM shop.payment WHERE id = known RETURNING *)
    INSERT INTO shop.payment SELECT id, order_id, date '2024-01-01' + (id * 7 % 365)::int, amount FROM moved;
  WHEN 3 THEN -- a customer moves
    UPDATE shop.customer SET mail = 'moved-' || known || '@example.org', profile = NULL WHERE id = known % 40000 + 1;
  WHEN 4, 5 THEN -- a product becomes dearer
    UPDATE shop.product SET price = price + 0.01 WHERE id = known % 2000 + 1;
  WHEN 6, 7, 8 THEN -- an order goes its way
    UPDATE shop.orders SET state = (enum_range(NULL::shop.order_state))[1 + known % 4], note = 'seen' WHERE id = known;
  ELSE -- somebody orders, and pays
    INSERT INTO shop.orders (customer_id, state, placed_at) VALUES (1 + known % 40000, 'placed', now()) RETURNING id INTO added;
    INSERT INTO shop.order_item (order_id, line, product_id, quantity, price)
    SELECT added, line, 1 + (known + line) % 2000, line, 9.90 FROM generate_series(1, 3) line;
    INSERT INTO shop.payment VALUES (added, added, date '2024-01-01' + (added % 365)::int, 59.40);
  END CASE;
END $$
