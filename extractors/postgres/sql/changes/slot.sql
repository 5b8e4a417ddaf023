-- A replication slot, with whatever columns this version has, and what it must agree with.
SELECT row_to_json(s)::text AS slot, current_database() AS here
FROM pg_replication_slots s WHERE s.slot_name = :stream::text;
