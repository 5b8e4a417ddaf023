-- For sets of changes. The rows must be read anyhow, and by their index that is all that is read: the default price of
-- it makes the server scan whole tables for one row in a hundred. Compiling a statement takes longer than running it.
SELECT set_config(s.name, s.value, false)
FROM (VALUES ('random_page_cost', '1.1'), ('jit', 'off')) AS s (name, value) JOIN pg_settings USING (name);
