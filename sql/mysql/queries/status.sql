-- name: read_status
SELECT * FROM wirekite_status
