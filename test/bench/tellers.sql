-- The tables of pgbench at scale 10, with one more that tells when everything before it has arrived.
CREATE TABLE branches (bid int PRIMARY KEY, bbalance int NOT NULL, filler char(88));
CREATE TABLE tellers (tid int PRIMARY KEY, bid int, tbalance int NOT NULL, filler char(84)) WITH (fillfactor = 100);
CREATE TABLE accounts (aid int PRIMARY KEY, bid int, abalance int NOT NULL, filler char(84)) WITH (fillfactor = 100);
CREATE TABLE history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
CREATE TABLE marks (id bigint PRIMARY KEY, made_at timestamptz NOT NULL DEFAULT clock_timestamp());
INSERT INTO branches SELECT i, 0 FROM generate_series(1, 10) AS i;
INSERT INTO tellers SELECT i, (i - 1) / 10 + 1, 0 FROM generate_series(1, 100) AS i;
INSERT INTO accounts SELECT i, (i - 1) / 100000 + 1, 0, '' FROM generate_series(1, 1000000) AS i;

-- So many transactions of pgbench's default script, each committed by itself.
CREATE PROCEDURE transact(n int) LANGUAGE plpgsql AS $$
DECLARE
  a int; t int; b int; d int;
BEGIN
  FOR i IN 1..n LOOP
    a := 1 + floor(random() * 1000000); t := 1 + floor(random() * 100); b := 1 + floor(random() * 10);
    d := floor(random() * 10001) - 5000;
    UPDATE accounts SET abalance = abalance + d WHERE aid = a;
    UPDATE tellers SET tbalance = tbalance + d WHERE tid = t;
    UPDATE branches SET bbalance = bbalance + d WHERE bid = b;
    INSERT INTO history (tid, bid, aid, delta, mtime) VALUES (t, b, a, d, clock_timestamp());
    COMMIT;
  END LOOP;
END $$;
ANALYZE;
