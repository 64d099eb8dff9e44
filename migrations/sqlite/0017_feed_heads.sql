-- On PostgreSQL, a table for changes that are numbered for each tenant. Here, the one writer numbers all of them.
SELECT 1;
