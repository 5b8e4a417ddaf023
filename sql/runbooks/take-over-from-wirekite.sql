-- TAKE OVER FROM WIREKITE

-- openkite's tables have Wirekite's names, columns and words, so your queries and your UPDATE go on to work. It does not go on
-- with Wirekite's files: it loads anew, into empty tables.

-- 1. Stop Wirekite with its own word, and see that nothing is unfinished (its manual: steps 1 to 3 of a reset).
--      UPDATE wirekite_action SET action = 'STOP';

-- 2. wirekite_progress must be empty: rows there tell of files that openkite does not have, and it refuses to begin on them. Then
--      `openkite init`    adds what is missing to both tables; a word of the operator's stays as it is
--      `openkite doctor`  says what else is missing, with the statement that mends it

-- 3. The word is still STOP: nothing starts until a person lifts it.
SELECT action FROM wirekite.wirekite_action;
SELECT source, target, operation, transmission, mark, table_name, start_time, finish_time, restarts FROM wirekite.wirekite_progress ORDER BY start_time;
UPDATE wirekite.wirekite_action SET action = 'RUN' WHERE action IN ('RUN', 'PAUSE', 'STOP');
COMMIT;

-- 4. openkite run --execute. What your runbooks ask stays the same; more columns stand behind theirs. New beside them:
SELECT status, progress_percent, eta_completion FROM wirekite.wirekite_status;
SELECT source, mark, restarts FROM wirekite.wirekite_incomplete ORDER BY restarts DESC;
