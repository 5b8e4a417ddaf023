-- name: roles_opening
-- What stands before the roles in a script for somebody who may create them.
SELECT format('SET search_path = %I, pg_temp;', :schema::text) AS opening

-- name: control_grants
-- What a login needs of control tables that are there and that it does not own. Those that it makes itself are its own.
SELECT format('GRANT wirekite_daemon TO %I', coalesce(:login::text, current_user)) AS statement,
  format('the rows of the control tables in schema %I, which %s has made; the role: openkite init --roles', n.nspname,
    pg_get_userbyid(n.nspowner)) AS why
FROM pg_namespace n
WHERE n.nspname = :schema::text
  AND EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = n.nspname AND tablename = 'wirekite_setting'
    AND tableowner <> coalesce(:login::text, current_user))
