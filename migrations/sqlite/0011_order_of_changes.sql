-- Changes of one record appear in the order of its versions. Here they always did: `xid` numbers the changes of the one
-- writer. `seq` decides among equals on PostgreSQL; it is 0 in every row, so that statements are the same on both.
ALTER TABLE changes ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;

DROP INDEX changes_feed_idx;
DROP INDEX changes_entity_idx;
DROP INDEX changes_contact_idx;
DROP INDEX changes_organization_idx;
CREATE INDEX changes_feed_idx ON changes (tenant_id, xid, seq, id);
CREATE INDEX changes_entity_idx ON changes (tenant_id, entity_id, xid, seq, id);
CREATE INDEX changes_contact_idx ON changes (tenant_id, contact_id, xid, seq, id) WHERE contact_id IS NOT NULL;
CREATE INDEX changes_organization_idx ON changes (tenant_id, organization_id, xid, seq, id)
 WHERE organization_id IS NOT NULL;
