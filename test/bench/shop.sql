-- About 700 MB: customers 0.3 M, orders 1.2 M, items 2.4 M, audit 0.4 M rows; keys, two more indexes, two foreign keys.
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, email text NOT NULL, city text, created timestamptz NOT NULL, note text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, placed timestamptz NOT NULL, status text NOT NULL,
  total numeric(12,2) NOT NULL, comment text);
CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint NOT NULL, product int NOT NULL, quantity int NOT NULL,
  price numeric(10,2) NOT NULL, label text);
CREATE TABLE audit (id bigint PRIMARY KEY, at timestamptz NOT NULL, payload jsonb NOT NULL, body text NOT NULL);

INSERT INTO customers SELECT i, 'customer ' || md5(i::text), md5((i * 7)::text) || '@example.org', 'city ' || i % 900,
  timestamptz '2020-01-01' + i * interval '1 minute', repeat(md5((i * 3)::text), 2)
FROM generate_series(1::bigint, 300000) AS i;
INSERT INTO orders SELECT i, 1 + (i * 7919) % 300000, timestamptz '2021-01-01' + i * interval '20 seconds',
  (ARRAY['new', 'paid', 'sent', 'done'])[(1 + i % 4)::int], (i % 100000) / 100.0, md5(i::text) || md5((i + 1)::text)
FROM generate_series(1::bigint, 1200000) AS i;
INSERT INTO items SELECT i, 1 + (i * 104729) % 1200000, (i % 5000)::int, (1 + i % 9)::int, (i % 20000) / 100.0, 'item ' || md5(i::text)
FROM generate_series(1::bigint, 2400000) AS i;
INSERT INTO audit SELECT i, timestamptz '2022-01-01' + i * interval '3 seconds',
  jsonb_build_object('user', i % 1000, 'action', 'update', 'hash', md5(i::text)), repeat(md5((i * 11)::text), 6)
FROM generate_series(1::bigint, 400000) AS i;

CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX items_order ON items (order_id);
ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers;
ALTER TABLE items ADD FOREIGN KEY (order_id) REFERENCES orders;
ANALYZE;
