-- The same statements as on PostgreSQL, where a restore to an earlier moment begins a timeline. Here, a backup has another
-- fingerprint instead.
ALTER TABLE epochs ADD COLUMN timeline TEXT NOT NULL DEFAULT '';
