-- HOLD ONE TABLE, AND LET ALL OTHERS GO ON

-- Its batch in hand is finished, its changes wait in files, the others stay in step. Put your table.
INSERT INTO wirekite.wirekite_command (action, scope, reason) VALUES ('PAUSE', 'public.orders', 'its owner rebuilds an index');
COMMIT;

-- What holds for each table, and by whom: the strictest of wirekite_action, all, its schema and itself.
SELECT table_name, action, why FROM wirekite.wirekite_effective_action WHERE action <> 'RUN';
SELECT command_id, state, result FROM wirekite.wirekite_command WHERE scope = 'public.orders' ORDER BY command_id DESC;

-- Go on. RUN lifts what was said to the same scope and nothing stricter: its result says what holds on.
INSERT INTO wirekite.wirekite_command (action, scope) VALUES ('RUN', 'public.orders');
COMMIT;

-- How long may it wait? Its changes count against changes_budget_bytes, and the source keeps log for it.
SELECT hours_left, changes_bytes, changes_budget_bytes FROM wirekite.wirekite_pause_budget;
