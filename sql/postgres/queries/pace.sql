-- name: read_pace
-- Processes that live, by what they move; and busy sessions that are not ours.
SELECT count(DISTINCT (host, pid)) FILTER (WHERE role = 'extract')::text AS readers,
  count(DISTINCT (host, pid)) FILTER (WHERE role IN ('load', 'follow'))::text AS writers,
  (SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND application_name NOT LIKE 'openkite:%' AND pid <> pg_backend_pid())::text AS busy
FROM wirekite_worker WHERE lease_until > clock_timestamp()

-- name: find_blockers
SELECT s.session, o.blocked_by FROM jsonb_array_elements_text(:sessions::jsonb) AS s(session)
  CROSS JOIN LATERAL session_of(s.session::bigint) o WHERE o.blocked_by IS NOT NULL
