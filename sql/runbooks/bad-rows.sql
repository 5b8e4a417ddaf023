-- ROWS THAT DID NOT GO THROUGH

-- How many, of which table, and why.
SELECT queue, table_name, count(*) AS row_count, min(created_at) AS first_one, max(created_at) AS last_one
FROM wirekite.wirekite_error
WHERE resolution IS NULL
GROUP BY queue, table_name
ORDER BY count(*) DESC;

-- One by one. The source's row was not applied and the target's was not touched: somebody else wrote there, or a trigger
-- or constraint of the target refuses what the source allows. Rows are shown to the role wirekite_operator, not to the viewer.
SELECT error_id, table_name, row_key, cause, fault, raw_row, seq, chunk, created_at
FROM wirekite.wirekite_error
WHERE resolution IS NULL
ORDER BY error_id;

-- Settled by hand, after the target's row was mended:
UPDATE wirekite.wirekite_error SET resolution = 'SKIP' WHERE resolution IS NULL AND error_id = 0; -- put its number
COMMIT;

-- Who settled what.
SELECT changed_at, row_key, new_value, changed_by
FROM wirekite.wirekite_history
WHERE object = 'wirekite_error'
ORDER BY changed_at DESC;
