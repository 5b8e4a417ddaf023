-- Everything in a database that has the name of a table or of a view.
SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = :database
