-- A database that is restored to an earlier moment has the same numbers of transactions, but another history from that
-- moment on, and clients may have read of the one that is gone. PostgreSQL numbers these histories: timelines.
ALTER TABLE epochs ADD COLUMN timeline TEXT NOT NULL DEFAULT '';

UPDATE epochs SET timeline = left(pg_walfile_name(pg_current_wal_lsn()), 8);
