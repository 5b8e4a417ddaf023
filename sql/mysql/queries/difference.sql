-- name: known_differences
SELECT row_key, new_value AS found FROM wirekite_history WHERE object = 'source catalog'

-- name: record_difference
INSERT INTO wirekite_history (object, row_key, column_name, new_value) VALUES ('source catalog', :table, 'difference', :found)
