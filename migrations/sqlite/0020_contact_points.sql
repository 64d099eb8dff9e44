-- The contact point of the other side of an interaction, and the origin of the link to a contact. `point_key` is equal for equal
-- contact points (see model/contact_point.rs).
ALTER TABLE interactions ADD COLUMN contact_point TEXT NOT NULL DEFAULT 'null';
ALTER TABLE interactions ADD COLUMN linked_by TEXT;
ALTER TABLE interactions ADD COLUMN point_key TEXT;

CREATE INDEX interactions_point_idx ON interactions (tenant_id, point_key, started_at, id) WHERE point_key IS NOT NULL;
CREATE INDEX interactions_unlinked_point_idx ON interactions (tenant_id, point_key, started_at, id)
    WHERE point_key IS NOT NULL AND contact_id IS NULL;
CREATE INDEX interactions_unlinked_idx ON interactions (tenant_id, started_at, id) WHERE contact_id IS NULL;
