-- IT MUST NOT GET IN THE WAY: THROTTLE, NOW OR IN BUSINESS HOURS

-- Now, for a while: so many rows and bytes in a second, of all daemons together. Reading and writing are held to it each.
INSERT INTO wirekite.wirekite_command (action, scope, value, reason)
VALUES ('THROTTLE', '*', 'rows=5000 bytes=20MB', 'month end');
COMMIT;

-- Has everybody heard it? DONE and `in effect`.
SELECT command_id, state, result FROM wirekite.wirekite_command WHERE action = 'THROTTLE' ORDER BY command_id DESC;

-- Lift it. Who writes expires_at into the command needs nobody to lift it.
INSERT INTO wirekite.wirekite_command (action, scope, value) VALUES ('THROTTLE', '*', 'none');
COMMIT;

-- Every working day, by the clock of business_offset: in business_hours no more than business_rows and business_bytes.
-- Both 0: everything is at PAUSE in these hours. The database refuses hours that it does not understand.
UPDATE wirekite.wirekite_setting SET value = '20000000' WHERE name = 'business_bytes';
COMMIT;
UPDATE wirekite.wirekite_setting SET value = '+01:00' WHERE name = 'business_offset';
COMMIT;
UPDATE wirekite.wirekite_setting SET value = 'Mon-Fri 08:00-18:00' WHERE name = 'business_hours';
COMMIT;

-- What holds at this moment, and until when? Author `openkite` are the business hours; a person may overrule them.
SELECT action, scope, value, author, reason, expires_at FROM wirekite.wirekite_command_in_force;
SELECT name, value, unit, meaning, set_by, applied_at FROM wirekite.wirekite_setting
WHERE name LIKE 'throttle%' OR name LIKE 'business%' ORDER BY name;

-- No business hours any more:
UPDATE wirekite.wirekite_setting SET value = NULL WHERE name IN ('business_hours', 'business_bytes', 'business_offset');
COMMIT;

-- By the target's own load: with more than so many busy sessions of others nothing new is written. 0 is no limit.
UPDATE wirekite.wirekite_setting SET value = '50' WHERE name = 'throttle_sessions';
COMMIT;
UPDATE wirekite.wirekite_setting SET value = NULL WHERE name = 'throttle_sessions';
COMMIT;
