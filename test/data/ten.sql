-- What PostgreSQL 10 can hold and every later one too.
CREATE TYPE public.size AS ENUM ('s', 'm', 'l');
CREATE TABLE public.shelf (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(10) NOT NULL, size public.size, sizes public.size[]);
CREATE TABLE public.item (id bigserial PRIMARY KEY, shelf integer NOT NULL REFERENCES public.shelf ON DELETE CASCADE, price numeric(8, 2) DEFAULT 1 CHECK (price > 0), tags text[]);
CREATE INDEX item_price ON public.item (price DESC) WHERE price > 1;
CREATE TABLE public.reading (day date NOT NULL, v integer DEFAULT 3) PARTITION BY RANGE (day);
CREATE TABLE public.reading_1 PARTITION OF public.reading FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE public.reading_2 PARTITION OF public.reading FOR VALUES FROM ('2021-01-01') TO ('2022-01-01') PARTITION BY LIST (v);
CREATE TABLE public.reading_21 PARTITION OF public.reading_2 FOR VALUES IN (1, 2, 3);
CREATE INDEX reading_1_v ON public.reading_1 (v);
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TRIGGER touch BEFORE UPDATE ON public.item FOR EACH ROW EXECUTE PROCEDURE public.touch();
CREATE AGGREGATE public.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
CREATE STATISTICS public.both_columns (dependencies) ON shelf, price FROM public.item;
COMMENT ON TABLE public.item IS 'things';
INSERT INTO public.shelf (name, size, sizes) SELECT 'n' || i, 'm', '{s,l}' FROM generate_series(1, 9) AS i;
INSERT INTO public.item (shelf, price, tags) SELECT i % 9 + 1, i, ARRAY['a', NULL, 'c'] FROM generate_series(1, 100) AS i;
INSERT INTO public.reading (day) SELECT date '2020-01-01' + i FROM generate_series(0, 700, 10) AS i;
