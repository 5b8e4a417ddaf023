-- What came with PostgreSQL 18 (and 17), after every-object.sql.
CREATE TABLE public.newest (
  id integer CONSTRAINT "must be" NOT NULL,
  a integer,
  b integer GENERATED ALWAYS AS (a * 2) VIRTUAL,
  c integer CONSTRAINT only_mine NOT NULL NO INHERIT,
  d integer,
  PRIMARY KEY (id),
  CONSTRAINT hoped CHECK (a > 0) NOT ENFORCED,
  CONSTRAINT hen FOREIGN KEY (a) REFERENCES public.hen NOT ENFORCED
);
INSERT INTO public.newest (id, a, c) VALUES (1, -1, 1);
ALTER TABLE public.newest ADD CONSTRAINT "some day" NOT NULL d NOT VALID;
CREATE TABLE public.booking (room int4range, during daterange, PRIMARY KEY (room, during WITHOUT OVERLAPS));
CREATE TABLE public.guest (room int4range, during daterange, FOREIGN KEY (room, PERIOD during) REFERENCES public.booking (room, PERIOD during));
CREATE TABLE public.always_parted (id bigint GENERATED ALWAYS AS IDENTITY, v integer) PARTITION BY LIST (v);
CREATE TABLE public.always_parted_1 PARTITION OF public.always_parted FOR VALUES IN (1);
CREATE TABLE public.always_parted_2 (v integer, id bigint NOT NULL);
ALTER TABLE public.always_parted ATTACH PARTITION public.always_parted_2 DEFAULT;
INSERT INTO public.always_parted (v) VALUES (1), (2), (3);
GRANT MAINTAIN ON public.newest TO "ok reader";
