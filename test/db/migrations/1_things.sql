CREATE TABLE thing (n int); INSERT INTO thing VALUES (1);
