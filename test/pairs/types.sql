-- Types of every kind that a user can make, with what extensions bring.
CREATE TYPE mood AS ENUM ('sad', 'it''s', 'a"b', '😀', '\N', ',');
CREATE TYPE pair AS (x integer, y text);
CREATE TYPE nest AS (p pair, m mood[], "N""x" text);
CREATE DOMAIN small AS integer CHECK (VALUE < 1000);
CREATE DOMAIN moods AS mood[];
DO $$BEGIN IF current_setting('server_version_num')::int >= 110000 THEN CREATE DOMAIN opaque AS pair; END IF; END$$;
CREATE TYPE textrange AS RANGE (SUBTYPE = text, COLLATION = "C");
CREATE EXTENSION hstore;
CREATE EXTENSION citext;
CREATE EXTENSION cube;
CREATE EXTENSION earthdistance;
CREATE EXTENSION seg;
CREATE EXTENSION ltree;
CREATE EXTENSION intarray;
CREATE EXTENSION lo;
CREATE EXTENSION isn;
