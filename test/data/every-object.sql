-- One of everything that a PostgreSQL 15 can hold, with names that nobody should use. The roles must exist.
CREATE SCHEMA "s""1";
CREATE SCHEMA "a.b" AUTHORIZATION ok_owner;
CREATE SCHEMA "select";
CREATE EXTENSION pg_trgm WITH SCHEMA "select";
COMMENT ON SCHEMA "a.b" IS E'it''s a \\ "schema"';

-- Types
CREATE TYPE "a.b"."mood 😀" AS ENUM ('sad', 'it''s', 'a"b', '😀');
ALTER TYPE "a.b"."mood 😀" ADD VALUE 'between' BEFORE 'a"b';
CREATE COLLATION "s""1".german (provider = icu, locale = 'de-u-co-phonebk', deterministic = false);
CREATE COLLATION "s""1"."C2" FROM "C";
CREATE TYPE public.pair AS (x integer, "select" text COLLATE "C", m "a.b"."mood 😀"[]);
COMMENT ON COLUMN public.pair."select" IS 'an attribute';
CREATE FUNCTION public.is_small(integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 < 1000';
CREATE DOMAIN public.small AS integer DEFAULT 7 CONSTRAINT "not big" CHECK (public.is_small(VALUE));
CREATE DOMAIN public.smaller AS public.small NOT NULL CONSTRAINT positive CHECK (VALUE > 0);
ALTER DOMAIN public.small ADD CONSTRAINT later CHECK (VALUE <> 13) NOT VALID;
COMMENT ON DOMAIN public.small IS 'a domain';
COMMENT ON CONSTRAINT positive ON DOMAIN public.smaller IS 'a domain''s check';
CREATE DOMAIN public.word AS varchar(20) COLLATE "C" DEFAULT 'x';
CREATE FUNCTION public.small_diff(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE TYPE public.float_range AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = public.small_diff, MULTIRANGE_TYPE_NAME = public."floats!");

-- Functions, operators, aggregates
CREATE FUNCTION public.twice(i integer, OUT o integer) LANGUAGE plpgsql IMMUTABLE AS $$BEGIN o := i * 2; END$$;
SET check_function_bodies = off;
CREATE FUNCTION public.later_table(n integer DEFAULT 1, VARIADIC rest text[] DEFAULT '{}') RETURNS bigint LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, "a.b" COST 7 AS 'SELECT count(*) FROM public.made_later';
CREATE PROCEDURE "select"."from"(INOUT a text, b "a.b"."mood 😀"[] = '{}') LANGUAGE plpgsql AS $$BEGIN a := b::text; END$$;
CREATE FUNCTION public.atomic(a integer) RETURNS integer LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT public.twice(a); END;
CREATE FUNCTION public.pair_lt(public.pair, public.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.x < $2.x';
CREATE FUNCTION public.pair_gt(public.pair, public.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.x > $2.x';
CREATE FUNCTION public.pair_ge(public.pair, public.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.x >= $2.x';
CREATE FUNCTION public.pair_eq(public.pair, public.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.x = $2.x';
CREATE FUNCTION public.pair_cmp(public.pair, public.pair) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT sign($1.x - $2.x)::int';
CREATE OPERATOR public.<<< (FUNCTION = public.pair_lt, LEFTARG = public.pair, RIGHTARG = public.pair,
  COMMUTATOR = OPERATOR(public.>>>), NEGATOR = OPERATOR(public.>>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR public.>>> (FUNCTION = public.pair_gt, LEFTARG = public.pair, RIGHTARG = public.pair, COMMUTATOR = OPERATOR(public.<<<));
CREATE OPERATOR public.>>= (FUNCTION = public.pair_ge, LEFTARG = public.pair, RIGHTARG = public.pair, NEGATOR = OPERATOR(public.<<<));
CREATE OPERATOR public.=== (FUNCTION = public.pair_eq, LEFTARG = public.pair, RIGHTARG = public.pair, HASHES, MERGES,
  COMMUTATOR = OPERATOR(public.===));
COMMENT ON OPERATOR public.<<< (public.pair, public.pair) IS 'less';
CREATE OPERATOR FAMILY public.pairs USING btree;
CREATE OPERATOR CLASS public.pair_ops FOR TYPE public.pair USING btree FAMILY public.pairs AS
  OPERATOR 1 public.<<<, OPERATOR 3 public.===, OPERATOR 4 public.>>=, OPERATOR 5 public.>>>, FUNCTION 1 public.pair_cmp(public.pair, public.pair);
CREATE FUNCTION public.int_pair_cmp(integer, public.pair) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT sign($1 - $2.x)::int';
ALTER OPERATOR FAMILY public.pairs USING btree ADD FUNCTION 1 (integer, public.pair) public.int_pair_cmp(integer, public.pair);
CREATE AGGREGATE public.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0', COMBINEFUNC = int4pl, PARALLEL = SAFE,
  MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = integer, MINITCOND = '0');
CREATE AGGREGATE public.any_count(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0');
CREATE AGGREGATE public.middle(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal,
  FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE AGGREGATE public.place(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal,
  FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
COMMENT ON AGGREGATE public.any_count(*) IS 'count';
COMMENT ON FUNCTION public.twice(integer) IS 'a function';
COMMENT ON PROCEDURE "select"."from"(text, "a.b"."mood 😀"[]) IS 'a procedure';
CREATE FUNCTION public.pair_of(integer) RETURNS public.pair LANGUAGE sql IMMUTABLE AS 'SELECT ROW($1, NULL, NULL)::public.pair';
CREATE CAST (integer AS public.pair) WITH FUNCTION public.pair_of(integer) AS ASSIGNMENT;
CREATE CAST (public.pair AS text) WITH INOUT;
COMMENT ON CAST (integer AS public.pair) IS 'a cast';

-- Text search
CREATE TEXT SEARCH DICTIONARY public.plain (TEMPLATE = pg_catalog.simple, STOPWORDS = 'english', accept = 'false');
CREATE TEXT SEARCH CONFIGURATION public."my words" (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION public."my words" ALTER MAPPING FOR asciiword, word WITH public.plain, pg_catalog.english_stem;
COMMENT ON TEXT SEARCH CONFIGURATION public."my words" IS 'a configuration';

-- A table with everything
CREATE SEQUENCE "s""1"."se""q" AS smallint START 5 INCREMENT -3 MINVALUE -100 MAXVALUE 50 CACHE 4 CYCLE;
CREATE SEQUENCE public.free_sequence START 100;
SELECT setval('public.free_sequence', 42, false);
CREATE TABLE "s""1"."Wéird "" table 😀" (
  "id.x" bigint GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 5 MAXVALUE 100000 CACHE 3) PRIMARY KEY,
  "select" integer NOT NULL DEFAULT public.twice(21),
  gone integer,
  word varchar(40) COLLATE "s""1".german,
  "mood""s" "a.b"."mood 😀"[] DEFAULT '{sad}',
  one "a.b"."mood 😀" DEFAULT 'it''s',
  p public.pair,
  s public.smaller DEFAULT 3,
  twice integer GENERATED ALWAYS AS (public.twice("select")) STORED,
  seq integer DEFAULT nextval('"s""1"."se""q"'),
  n numeric(12, 3) DEFAULT 1.5,
  span public.float_range,
  t time(3) with time zone,
  body text,
  reg regclass,
  CONSTRAINT "chk ""1""" CHECK (public.twice("select") > 0),
  CONSTRAINT later CHECK (seq <> 4711) NOT VALID,
  CONSTRAINT "uniq;" UNIQUE NULLS NOT DISTINCT (word, "select") INCLUDE (n) WITH (fillfactor = 70) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT apart EXCLUDE USING gist (span WITH &&) WITH (fillfactor = 80) WHERE ("select" > 5)
) WITH (fillfactor = 60, autovacuum_enabled = false, toast.autovacuum_vacuum_cost_delay = 5);
CREATE TABLE public.holders (id integer PRIMARY KEY, few public.small[] DEFAULT '{1,2}');
INSERT INTO public.holders VALUES (1), (2);
ALTER TABLE "s""1"."Wéird "" table 😀" DROP COLUMN gone;
ALTER TABLE "s""1"."Wéird "" table 😀" ALTER body SET STORAGE EXTERNAL, ALTER body SET COMPRESSION pglz, ALTER word SET STATISTICS 321, ALTER n SET (n_distinct = -0.5);
ALTER SEQUENCE "s""1"."se""q" OWNED BY "s""1"."Wéird "" table 😀".seq;
CREATE INDEX "expr idx" ON "s""1"."Wéird "" table 😀" USING btree (public.twice("select"), lower(body) text_pattern_ops DESC NULLS LAST)
  INCLUDE (n) WITH (fillfactor = 50) WHERE (one = 'sad');
ALTER INDEX "s""1"."expr idx" ALTER COLUMN 1 SET STATISTICS 222;
CREATE INDEX pairs ON "s""1"."Wéird "" table 😀" (p public.pair_ops);
CREATE INDEX trgm ON "s""1"."Wéird "" table 😀" USING gin (body "select".gin_trgm_ops);
CREATE INDEX brin ON "s""1"."Wéird "" table 😀" USING brin (n) WITH (pages_per_range = 4);
CREATE UNIQUE INDEX replica ON "s""1"."Wéird "" table 😀" ("select");
ALTER TABLE "s""1"."Wéird "" table 😀" REPLICA IDENTITY USING INDEX replica, CLUSTER ON replica;
CREATE STATISTICS "s""1"."st@ts" (ndistinct, mcv) ON "select", word, (n * 2) FROM "s""1"."Wéird "" table 😀";
ALTER STATISTICS "s""1"."st@ts" SET STATISTICS 55;
COMMENT ON TABLE "s""1"."Wéird "" table 😀" IS E'multi\nline 😀';
COMMENT ON COLUMN "s""1"."Wéird "" table 😀"."id.x" IS 'a column';
COMMENT ON CONSTRAINT "chk ""1""" ON "s""1"."Wéird "" table 😀" IS 'a check';
COMMENT ON INDEX "s""1"."expr idx" IS 'an index';
COMMENT ON STATISTICS "s""1"."st@ts" IS 'statistics';
COMMENT ON SEQUENCE "s""1"."se""q" IS 'a sequence';
INSERT INTO "s""1"."Wéird "" table 😀" ("select", word, p, span, body, reg)
  SELECT i, 'w' || i, ROW(i, 't', '{sad}')::public.pair, public.float_range(i, i + 1), repeat('b', i), 'pg_class' FROM generate_series(1, 50) AS i;

-- Foreign key circle, to a unique index, self reference, one NOT VALID
CREATE TABLE public.egg (id serial PRIMARY KEY, hen integer, code text, parent integer REFERENCES public.egg ON DELETE CASCADE);
CREATE TABLE public.hen (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, egg integer, egg_code text);
CREATE UNIQUE INDEX egg_code ON public.egg (code);
ALTER TABLE public.egg ADD FOREIGN KEY (hen) REFERENCES public.hen DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE public.hen ADD FOREIGN KEY (egg) REFERENCES public.egg ON UPDATE CASCADE ON DELETE SET NULL (egg);
ALTER TABLE public.hen ADD CONSTRAINT by_code FOREIGN KEY (egg_code) REFERENCES public.egg (code) MATCH FULL;
BEGIN;
INSERT INTO public.egg (hen, code) SELECT i, 'c' || i FROM generate_series(1, 20) AS i;
INSERT INTO public.hen (egg, egg_code) SELECT i, 'c' || i FROM generate_series(1, 20) AS i;
INSERT INTO public.hen (id, egg_code) VALUES (99, 'c1');
COMMIT;
ALTER TABLE public.hen ADD COLUMN dangling integer DEFAULT 12345;
ALTER TABLE public.hen ADD CONSTRAINT dangling FOREIGN KEY (dangling) REFERENCES public.egg NOT VALID;

-- Partitions: range over list over hash, default, other column order, their own things
CREATE TABLE public.parted (id bigint GENERATED BY DEFAULT AS IDENTITY, day date NOT NULL, region text, v integer DEFAULT 1, CHECK (v >= 0))
  PARTITION BY RANGE (day);
CREATE TABLE public.parted_old PARTITION OF public.parted FOR VALUES FROM (MINVALUE) TO ('2024-01-01');
CREATE TABLE public.parted_other (v integer DEFAULT 2 CHECK (v >= 0), extra integer, region text, id bigint NOT NULL, day date NOT NULL);
ALTER TABLE public.parted_other DROP COLUMN extra;
ALTER TABLE public.parted_other ADD CONSTRAINT parted_v_check CHECK (v >= 0);
ALTER TABLE public.parted ATTACH PARTITION public.parted_other FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE public.parted_sub PARTITION OF public.parted FOR VALUES FROM ('2025-01-01') TO (MAXVALUE) PARTITION BY LIST (lower(region));
CREATE TABLE public."parted_sub.a" PARTITION OF public.parted_sub FOR VALUES IN ('a', NULL, 'it''s') PARTITION BY HASH (v);
CREATE TABLE public.parted_hash0 PARTITION OF public."parted_sub.a" FOR VALUES WITH (MODULUS 2, REMAINDER 0) WITH (fillfactor = 66);
CREATE TABLE public.parted_hash1 PARTITION OF public."parted_sub.a" FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE public.parted_default PARTITION OF public.parted_sub DEFAULT;
CREATE INDEX parted_region ON public.parted (region);
CREATE UNIQUE INDEX parted_unique ON public.parted_other (id);
CREATE INDEX parted_only ON ONLY public.parted (v);
CREATE INDEX parted_old_v ON public.parted_old (v);
ALTER INDEX public.parted_only ATTACH PARTITION public.parted_old_v;
CREATE TABLE public.keyed (id integer, v integer, PRIMARY KEY (id), UNIQUE (id, v)) PARTITION BY RANGE (id);
CREATE TABLE public.keyed_1 PARTITION OF public.keyed FOR VALUES FROM (0) TO (100);
CREATE TABLE public.keyed_2 PARTITION OF public.keyed FOR VALUES FROM (100) TO (200) PARTITION BY RANGE (id);
CREATE TABLE public.keyed_21 PARTITION OF public.keyed_2 FOR VALUES FROM (100) TO (150);
CREATE TABLE public.keyed_d PARTITION OF public.keyed DEFAULT;
ALTER TABLE public.parted ADD COLUMN k integer REFERENCES public.keyed;
INSERT INTO public.keyed SELECT i, i FROM generate_series(1, 240) AS i WHERE i < 150 OR i >= 200;
INSERT INTO public.parted (day, region, v, k) SELECT date '2022-01-01' + i * 20, (ARRAY['a', 'A', 'z', NULL])[i % 4 + 1], i, i FROM generate_series(1, 100) AS i;

-- Inheritance, typed, unlogged
CREATE TABLE public.animal (id serial, name text NOT NULL, CHECK (name <> ''), CONSTRAINT mine CHECK (id > 0) NO INHERIT);
CREATE TABLE public.pet (owner_name text) INHERITS (public.animal);
CREATE TABLE public.wild (id integer, claws integer DEFAULT 4 NOT NULL) INHERITS (public.animal);
ALTER TABLE public.pet ALTER name SET DEFAULT 'Rex', ALTER id SET NOT NULL;
CREATE TABLE public.chimera (CONSTRAINT "both" CHECK (claws < 9)) INHERITS (public.pet, public.wild);
INSERT INTO public.animal (name) VALUES ('a'); INSERT INTO public.pet (owner_name) VALUES ('o'); INSERT INTO public.chimera (name) VALUES ('c');
CREATE TABLE public.typed OF public.pair (x WITH OPTIONS PRIMARY KEY, "select" DEFAULT 'd');
CREATE UNLOGGED TABLE public.fleeting (id integer PRIMARY KEY, other integer);
CREATE UNLOGGED TABLE public.fleeting_too (id integer PRIMARY KEY REFERENCES public.fleeting);
ALTER TABLE public.fleeting ADD FOREIGN KEY (other) REFERENCES public.fleeting_too;
CREATE TABLE public.made_later (like_row public.hen, nothing "char");
CREATE TABLE public.empty ();
ALTER TABLE public.made_later REPLICA IDENTITY FULL;

-- Views
CREATE VIEW public.grouped AS SELECT h.*, count(e.id) AS eggs FROM public.hen h LEFT JOIN public.egg e ON e.hen = h.id GROUP BY h.id;
CREATE VIEW "select"."select" WITH (security_barrier, check_option = cascaded) AS SELECT id AS "order", egg FROM public.hen WHERE id > 0;
ALTER VIEW "select"."select" ALTER "order" SET DEFAULT 5;
CREATE RECURSIVE VIEW public.counting (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counting WHERE n < 5;
CREATE FUNCTION public.of_view() RETURNS SETOF public.grouped LANGUAGE sql STABLE AS 'SELECT * FROM public.grouped';
CREATE VIEW public.over_function AS SELECT id, eggs FROM public.of_view();
CREATE VIEW public.circle AS SELECT 1 AS a, 'x'::text COLLATE "C" AS b;
CREATE FUNCTION public.around() RETURNS SETOF public.circle LANGUAGE sql STABLE BEGIN ATOMIC SELECT * FROM public.circle; END;
CREATE OR REPLACE VIEW public.circle AS SELECT f.a, f.b FROM public.around() AS f;
CREATE MATERIALIZED VIEW public.mat WITH (fillfactor = 90) AS SELECT id, code FROM public.egg;
CREATE VIEW public.between AS SELECT * FROM public.mat;
CREATE MATERIALIZED VIEW "a.b".mat AS SELECT count(*) AS n FROM public.between;
CREATE MATERIALIZED VIEW public.unfilled AS SELECT 1 / 0 AS x WITH NO DATA;
CREATE UNIQUE INDEX mat_id ON public.mat (id);
COMMENT ON MATERIALIZED VIEW public.mat IS 'a materialized view';
COMMENT ON COLUMN public.mat.code IS 'its column';
COMMENT ON VIEW public.grouped IS 'a view';
COMMENT ON COLUMN public.grouped.eggs IS 'a view''s column';

-- Rules, triggers, policies
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TRIGGER "touch it" BEFORE INSERT OR UPDATE OF hen ON public.egg FOR EACH ROW WHEN (NEW.hen > 0) EXECUTE FUNCTION public.touch('a''b');
CREATE TRIGGER off AFTER DELETE ON public.egg REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.touch();
ALTER TABLE public.egg DISABLE TRIGGER off;
CREATE TRIGGER always AFTER INSERT ON public.egg FOR EACH ROW EXECUTE FUNCTION public.touch();
ALTER TABLE public.egg ENABLE ALWAYS TRIGGER always;
CREATE CONSTRAINT TRIGGER deferred AFTER INSERT ON public.hen DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.touch();
CREATE TRIGGER on_root AFTER INSERT ON public.parted FOR EACH ROW EXECUTE FUNCTION public.touch();
ALTER TABLE public.parted_old DISABLE TRIGGER on_root;
CREATE TRIGGER on_leaf AFTER INSERT ON public.parted_hash0 FOR EACH ROW EXECUTE FUNCTION public.touch();
CREATE TRIGGER on_view INSTEAD OF INSERT ON public.grouped FOR EACH ROW EXECUTE FUNCTION public.touch();
COMMENT ON TRIGGER "touch it" ON public.egg IS 'a trigger';
CREATE RULE "re""rule" AS ON INSERT TO public.made_later WHERE (new.nothing = 'x') DO ALSO DELETE FROM public.animal WHERE name = 'x';
CREATE RULE off AS ON DELETE TO public.made_later DO INSTEAD NOTHING;
ALTER TABLE public.made_later DISABLE RULE off;
CREATE RULE writable AS ON UPDATE TO public.over_function DO INSTEAD UPDATE public.hen SET egg = NEW.eggs WHERE id = OLD.id;
COMMENT ON RULE off ON public.made_later IS 'a rule';
ALTER TABLE public.hen ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY "p 1" ON public.hen FOR UPDATE TO ok_owner, "ok reader" USING (id > 0) WITH CHECK (egg IS NOT NULL);
CREATE POLICY narrow ON public.hen AS RESTRICTIVE USING (EXISTS (SELECT 1 FROM public.egg WHERE egg.id = hen.egg));
COMMENT ON POLICY narrow ON public.hen IS 'a policy';
CREATE FUNCTION public.noticed() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN NULL; END$$;
CREATE EVENT TRIGGER "every ddl" ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION public.noticed();
ALTER EVENT TRIGGER "every ddl" DISABLE;

-- Owners and grants
ALTER TABLE public.egg OWNER TO ok_owner;
ALTER MATERIALIZED VIEW "a.b".mat OWNER TO ok_owner;
ALTER FUNCTION public.twice(integer) OWNER TO ok_owner;
ALTER TYPE "a.b"."mood 😀" OWNER TO "ok reader";
ALTER DOMAIN public.word OWNER TO ok_owner;
ALTER OPERATOR public.<<< (public.pair, public.pair) OWNER TO ok_owner;
ALTER STATISTICS "s""1"."st@ts" OWNER TO ok_owner;
GRANT USAGE ON SCHEMA "a.b" TO PUBLIC;
GRANT SELECT, UPDATE ON public.egg TO "ok reader" WITH GRANT OPTION;
GRANT INSERT ON public.egg TO "ok reader";
GRANT SELECT ON public.grouped TO PUBLIC;
GRANT UPDATE (hen, code), REFERENCES (id) ON public.egg TO PUBLIC;
REVOKE TRUNCATE ON public.hen FROM postgres;
REVOKE ALL ON public.typed FROM postgres;
GRANT USAGE ON SEQUENCE public.free_sequence, public.egg_id_seq TO "ok reader";
REVOKE EXECUTE ON FUNCTION public.twice(integer) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE "select"."from"(text, "a.b"."mood 😀"[]) TO ok_owner;
REVOKE USAGE ON TYPE public.pair FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO ok_owner;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO "ok reader";
ALTER DEFAULT PRIVILEGES FOR ROLE ok_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
GRANT SELECT ON public.between TO ok_owner;
REFRESH MATERIALIZED VIEW public.mat;
REFRESH MATERIALIZED VIEW "a.b".mat;
