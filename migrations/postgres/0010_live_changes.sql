-- Changes that can be followed: their order is that of COMMIT, and they say what they concern and what became of each
-- field.
--
-- Numbers of a sequence are given out before the commit, so a reader could see 8 before 7 and never come back for 7.
-- A row carries its transaction's number instead, and readers stop below the oldest transaction that still runs.
ALTER TABLE changes
    ADD COLUMN xid             BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN contact_id      UUID,
    ADD COLUMN organization_id UUID,
    ADD COLUMN fields          JSONB  NOT NULL DEFAULT '[]';

-- Rows from before keep 0: they come first, in the order of their ids, which is that of their time.
ALTER TABLE changes ALTER COLUMN xid SET DEFAULT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT);

-- What is still known of the rows from before: for whom a contact worked then is not.
UPDATE changes SET contact_id = entity_id WHERE kind = 'contact';
UPDATE changes SET organization_id = entity_id WHERE kind = 'organization';
UPDATE changes
   SET organization_id = r.organization_id
  FROM relationships AS r
 WHERE changes.kind = 'relationship'
   AND r.tenant_id = changes.tenant_id
   AND r.id = changes.entity_id;
UPDATE changes
   SET contact_id = n.contact_id, organization_id = n.organization_id
  FROM notes AS n
 WHERE changes.kind = 'note'
   AND n.tenant_id = changes.tenant_id
   AND n.id = changes.entity_id;

DROP INDEX changes_entity_idx;
CREATE INDEX changes_feed_idx ON changes (tenant_id, xid, id);
CREATE INDEX changes_entity_idx ON changes (tenant_id, entity_id, xid, id);
CREATE INDEX changes_contact_idx ON changes (tenant_id, contact_id, xid, id) WHERE contact_id IS NOT NULL;
CREATE INDEX changes_organization_idx ON changes (tenant_id, organization_id, xid, id)
 WHERE organization_id IS NOT NULL;

-- One row: the database's epoch. Transactions are numbered anew where a database is restored elsewhere, and a new epoch
-- begins there.
CREATE TABLE epochs (
    id          INTEGER     NOT NULL,
    epoch       UUID        NOT NULL,
    fingerprint TEXT        NOT NULL,
    began_at    TIMESTAMPTZ NOT NULL,
    CONSTRAINT epochs_pkey PRIMARY KEY (id),
    CONSTRAINT epochs_one CHECK (id = 1)
);
