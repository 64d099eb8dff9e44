-- Changes of one record appear in the order of its versions.
--
-- A transaction's number alone does not give that order: a transaction may take its number early, wait for a record that
-- one with a later number holds, and change it after that one. Hence `xid` is raised to the highest number that was
-- complete when the change was written, and `seq` decides among equals. Both only grow: what is written after another
-- transaction committed comes after it. A reader has not passed the raised position before the commit: it stops below
-- the oldest transaction that still runs, whose number is at most this transaction's own, and the position is never less.
-- And it reaches the position soon: no position is beyond the numbers that were given out.
CREATE SEQUENCE changes_seq;

-- Rows from before keep 0: those of one transaction are in the order of their ids, which is that of their time.
ALTER TABLE changes ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE changes
    ALTER COLUMN seq SET DEFAULT nextval('changes_seq'),
    ALTER COLUMN xid SET DEFAULT GREATEST(
        CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT),
        CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT) - 1
    );

DROP INDEX changes_feed_idx;
DROP INDEX changes_entity_idx;
DROP INDEX changes_contact_idx;
DROP INDEX changes_organization_idx;
CREATE INDEX changes_feed_idx ON changes (tenant_id, xid, seq, id);
CREATE INDEX changes_entity_idx ON changes (tenant_id, entity_id, xid, seq, id);
CREATE INDEX changes_contact_idx ON changes (tenant_id, contact_id, xid, seq, id) WHERE contact_id IS NOT NULL;
CREATE INDEX changes_organization_idx ON changes (tenant_id, organization_id, xid, seq, id)
 WHERE organization_id IS NOT NULL;
