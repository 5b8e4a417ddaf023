-- SOMETHING STANDS STILL

-- Every piece of work that is being done, with a verdict and its reason. Look at these first:
--   waiting for a lock   the reason names the session that holds it and what that runs: ask its owner, or end it
--   dead                 the process is gone; another takes over within 15 seconds, unless its session is still open
--   slow                 no mark for a minute: target_query and target_wait say what the target does with it
--   waiting for a worker nobody is free, or nobody is alive: see wirekite_worker
SELECT verdict, reason, source, table_name, mark, updated_at, worker, target_session, target_wait, target_query
FROM wirekite.wirekite_stuck
ORDER BY updated_at;

-- Is somebody's PAUSE in force, or an uncommitted change of the word? change_held_by names the session.
SELECT action, status, change_held_by FROM wirekite.wirekite_status;

-- Is a table, a schema or everything held by a command? `why` says by whose, and until when.
SELECT table_name, action, why FROM wirekite.wirekite_effective_action WHERE action <> 'RUN';

-- What did somebody ask for that is not done yet, and who does not obey?
SELECT command_id, action, scope, state, result, author, created_at FROM wirekite.wirekite_command WHERE state IN ('PENDING', 'SEEN');
SELECT command_id, action, scope, worker, is_in_effect, answer FROM wirekite.wirekite_acknowledgement WHERE is_in_effect <> 'YES';

-- Who said the last words, and from where?
SELECT changed_at, old_value, new_value, changed_by, changed_from, application
FROM wirekite.wirekite_history
WHERE object = 'wirekite_action'
ORDER BY changed_at DESC;

-- What had to be taken up again, the most often first: a chunk that fails again and again stands at the top.
SELECT source, table_name, restarts, error FROM wirekite.wirekite_restarts;
