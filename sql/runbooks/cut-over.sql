-- CUT OVER: THE TARGET TAKES THE SOURCE'S PLACE

-- 1. What stands against it? Every `is_met` must be YES; what_to_do says how to get there.
SELECT ready, item, is_met, found, what_to_do FROM wirekite.wirekite_cutover_ready;

-- 2. Stop the applications that write to the source. Whoever writes after the end was fixed makes the cutover REFUSED, and changes
-- are followed on: nothing is lost by that, begin again.

-- 3. Say it. Each step is written down before the next begins: whoever dies in it, `openkite run --execute` goes on.
INSERT INTO wirekite.wirekite_command (action, reason) VALUES ('CUTOVER', 'Saturday night');
COMMIT;

-- 4. How far is it? SEEN names the step, DONE is the end, REFUSED says why not.
SELECT command_id, state, result, ended_at FROM wirekite.wirekite_command WHERE action = 'CUTOVER' ORDER BY command_id DESC;

-- 5. Where did the source end, and where does the target's own log begin? Keep this line: roll-back.sql needs it.
SELECT status, cut_over FROM wirekite.wirekite_status;

-- 6. Point the applications to the target. Sequences and auto_increment are beyond the source's by sequence_margin; triggers
-- fire and foreign keys hold. All daemons have ended, and the source keeps no log for us.
SELECT worker, role, state, why FROM wirekite.wirekite_worker WHERE state NOT IN ('STOPPED', 'DEAD');
