-- ROLL BACK

-- Before the cutover nothing is to be rolled back: the source was only read. Stop openkite, and go on with the source as before;
-- remove-openkite.sql cleans up.
SELECT status, cut_over FROM wirekite.wirekite_status;
SELECT ready, item, is_met, found FROM wirekite.wirekite_cutover_ready;

-- Only back to how all tables stood at a moment of the load? Possible until changes are applied, to whole tables, while nobody is
-- alive (STOP, then RUN). The first line shows what would be emptied and loaded again, and changes nothing:
--   openkite run --from-checkpoint latest
--   openkite run --from-checkpoint latest --execute
SELECT checkpoint_id, created_at, cause FROM wirekite.wirekite_checkpoint ORDER BY checkpoint_id DESC;

-- After the cutover, and before anybody has written to the target: point the applications back to the source. Nothing is lost.

-- After somebody has written to the target: the source does not know of it. This is plainly lost when the applications go back,
-- unless a second migration follows the target's log back to the source. It can begin where `cut_over` says the target's own log
-- stood when it opened, and only as long as the target still keeps that log. Prepare it before the cutover: a slot on the target
-- (PostgreSQL), or a binary log that is kept long enough (MySQL's family), and a configuration with source and target exchanged,
-- another control schema and `changes: true`. Its rows must be loaded into an empty database: the old source cannot be loaded over.
SELECT name, value FROM wirekite.wirekite_setting WHERE name IN ('cut_over', 'source', 'target', 'migration') ORDER BY name;
