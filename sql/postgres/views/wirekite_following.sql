-- The stream of changes that is followed: how far it is recorded and applied. No row where none is. Marks that somebody has
-- spoilt by hand count as nothing applied. `everywhere_seq` is what decides about files and the source's log: a table that
-- must be loaded anew needs neither, nor does one that has left.
CREATE OR REPLACE VIEW wirekite_following AS
SELECT s.source AS stream, s.position AS sealed_position, s.last_seq AS sealed_seq, l.lane_seq,
  CASE WHEN t.tables_in_step > 0 THEN l.lane_seq ELSE least(l.lane_seq, t.behind_seq) END AS applied_seq,
  least(l.lane_seq, t.behind_seq) AS everywhere_seq, t.tables_in_step, t.tables_behind
FROM wirekite_progress s,
  (SELECT CASE WHEN mark ~ '^[0-9]{1,16}$' THEN mark::bigint ELSE 0 END AS lane_seq
   FROM wirekite_progress WHERE source = 'stream' AND target = 'changes') l,
  (SELECT count(*) FILTER (WHERE applied_seq IS NULL) AS tables_in_step, count(applied_seq) AS tables_behind,
     min(applied_seq) FILTER (WHERE state <> 'RELOAD_NEEDED') AS behind_seq
   FROM wirekite_table WHERE state <> 'SKIPPED') t
WHERE s.operation = 'CE' AND s.finish_time IS NULL;
