-- What the writer changes: every kind of key, and all that changes are lost by. `acts.ts` knows these tables.
CREATE TABLE account (
  id integer PRIMARY KEY,
  code text NOT NULL UNIQUE, -- whose values are swapped
  balance numeric(12, 2) NOT NULL DEFAULT 0,
  note text
);
CREATE TABLE ranked (id integer PRIMARY KEY, rank integer UNIQUE DEFERRABLE);
CREATE TABLE composite (x integer, what text, y text, z bigint NOT NULL, PRIMARY KEY (z, y));

-- Values that the log leaves out when they did not change
CREATE TABLE toasted (id integer PRIMARY KEY, big text, small integer NOT NULL, other text NOT NULL);
ALTER TABLE toasted ALTER COLUMN big SET STORAGE EXTERNAL, ALTER COLUMN other SET STORAGE EXTERNAL;
-- and those that it does not, since the whole old row comes too
CREATE TABLE full_keyed (id integer PRIMARY KEY, big text, small integer);
ALTER TABLE full_keyed ALTER COLUMN big SET STORAGE EXTERNAL, REPLICA IDENTITY FULL;
CREATE TABLE indexed (v integer, code text NOT NULL, id integer PRIMARY KEY, big text);
CREATE UNIQUE INDEX indexed_code ON indexed (code);
ALTER TABLE indexed ALTER COLUMN big SET STORAGE EXTERNAL, REPLICA IDENTITY USING INDEX indexed_code;

-- What the source's foreign keys do by themselves
CREATE TABLE parent (id integer PRIMARY KEY, code text UNIQUE);
CREATE TABLE child (
  id integer PRIMARY KEY,
  parent_id integer REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE,
  parent_code text REFERENCES parent (code) ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE INDEX ON child (parent_id);
CREATE INDEX ON child (parent_code);
CREATE TABLE grandchild (id integer PRIMARY KEY, child_id integer NOT NULL REFERENCES child ON DELETE CASCADE ON UPDATE CASCADE);
CREATE INDEX ON grandchild (child_id);
CREATE TABLE node (id integer PRIMARY KEY, up integer REFERENCES node ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX ON node (up);

-- No key: each row often twice. Updates and deletes of the first are agreed to, the second takes inserts only.
CREATE TABLE twins (a integer, b text, c json);
CREATE TABLE journal (at timestamptz, what text);

CREATE TABLE parted (id integer, day date, kind text, what text, PRIMARY KEY (id, day, kind)) PARTITION BY RANGE (day);
CREATE TABLE parted_old PARTITION OF parted FOR VALUES FROM (MINVALUE) TO ('2024-01-01');
CREATE TABLE parted_new PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2024-02-01') PARTITION BY LIST (kind);
CREATE TABLE parted_new_a PARTITION OF parted_new FOR VALUES IN ('a');
CREATE TABLE parted_new_rest (what text, kind text NOT NULL, day date NOT NULL, id integer NOT NULL); -- in another order
ALTER TABLE parted_new ATTACH PARTITION parted_new_rest DEFAULT;
CREATE TABLE parted_rest PARTITION OF parted DEFAULT;

CREATE TABLE counted (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  v integer,
  twice integer GENERATED ALWAYS AS (v * 2) STORED,
  made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE SCHEMA "a.b ""c%/$1;--";
CREATE TABLE "a.b ""c%/$1;--"."Tab le
é\" ("sel""ect" text, "order" integer PRIMARY KEY, "%s" bytea, "U" text[]);
CREATE TABLE bulk (id integer PRIMARY KEY, v integer, t text);

INSERT INTO account SELECT i, 'code ' || i, i, repeat('n', i % 90) FROM generate_series(1, 1500) AS i;
INSERT INTO ranked SELECT i, i FROM generate_series(1, 300) AS i;
INSERT INTO composite SELECT i, 'w' || i, 'y' || i % 7, i FROM generate_series(1, 500) AS i;
INSERT INTO toasted SELECT i, CASE WHEN i % 5 > 0 THEN repeat(md5(i::text), 100 + i) END, i, repeat(md5(i::text), 70)
  FROM generate_series(1, 200) AS i;
INSERT INTO full_keyed SELECT i, repeat(md5(i::text), 100 + i), i FROM generate_series(1, 100) AS i;
INSERT INTO indexed SELECT i, 'code ' || i, i, repeat(md5(i::text), 100) FROM generate_series(1, 100) AS i;
INSERT INTO parent SELECT i, 'p' || i FROM generate_series(1, 200) AS i;
INSERT INTO child SELECT i, 1 + i % 200, 'p' || 1 + i % 199 FROM generate_series(1, 600) AS i;
INSERT INTO grandchild SELECT i, 1 + i % 600 FROM generate_series(1, 900) AS i;
INSERT INTO node SELECT i, nullif(i / 3, 0) FROM generate_series(1, 200) AS i;
INSERT INTO twins SELECT i / 3, CASE WHEN i % 4 > 0 THEN repeat('b', i % 9) END, '{"a" :1}' FROM generate_series(1, 600) AS i;
INSERT INTO journal SELECT '2024-01-01Z'::timestamptz + i / 2 * interval '1 s', 'begun' FROM generate_series(1, 300) AS i;
INSERT INTO parted SELECT i, '2023-12-01'::date + i % 90, chr(97 + i % 3), 'p' FROM generate_series(1, 900) AS i;
INSERT INTO counted (v) SELECT i FROM generate_series(1, 100) AS i;
INSERT INTO "a.b ""c%/$1;--"."Tab le
é\" SELECT E'\\N', i, '\x00ff', ARRAY[NULL, '\U', E'\t'] FROM generate_series(1, 100) AS i;
INSERT INTO bulk SELECT i, i, 'bulk' FROM generate_series(1, 5000) AS i;
