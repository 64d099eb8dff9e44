-- Changes that can be followed: their order is that of COMMIT, and they say what they concern and what became of each
-- field.
--
-- One writer at a time: a number that only grows is in the order of COMMIT. It must not be given out again when the
-- last row is deleted, hence AUTOINCREMENT, hence a new table.
CREATE TABLE changes_followed (
    xid             INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id       INTEGER NOT NULL,
    id              BLOB    NOT NULL,
    changed_at      TEXT    NOT NULL,
    user_id         BLOB,
    kind            TEXT    NOT NULL,
    entity_id       BLOB    NOT NULL,
    action          TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    detached        TEXT    NOT NULL,
    contact_id      BLOB,
    organization_id BLOB,
    fields          TEXT    NOT NULL DEFAULT '[]',
    CONSTRAINT changes_key UNIQUE (tenant_id, id)
) STRICT;

-- The order of their ids is that of their time.
INSERT INTO changes_followed
       (tenant_id, id, changed_at, user_id, kind, entity_id, action, version, detached)
SELECT tenant_id, id, changed_at, user_id, kind, entity_id, action, version, detached
  FROM changes
 ORDER BY id;

DROP TABLE changes;
ALTER TABLE changes_followed RENAME TO changes;

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

CREATE INDEX changes_feed_idx ON changes (tenant_id, xid, id);
CREATE INDEX changes_entity_idx ON changes (tenant_id, entity_id, xid, id);
CREATE INDEX changes_contact_idx ON changes (tenant_id, contact_id, xid, id) WHERE contact_id IS NOT NULL;
CREATE INDEX changes_organization_idx ON changes (tenant_id, organization_id, xid, id)
 WHERE organization_id IS NOT NULL;

-- One row: the database's epoch, which every cursor of its changes carries.
CREATE TABLE epochs (
    id          INTEGER NOT NULL,
    epoch       BLOB    NOT NULL,
    fingerprint TEXT    NOT NULL,
    began_at    TEXT    NOT NULL,
    CONSTRAINT epochs_pkey PRIMARY KEY (id),
    CONSTRAINT epochs_one CHECK (id = 1)
) STRICT;
