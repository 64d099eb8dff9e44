-- A deleted organization can have tens of thousands of contacts, and a million interactions. They are detached from it in steps,
-- so until the last step they refer to a record that is gone.
--
-- A constraint that is not part of a table's content is removed from its definition, as the documentation of ALTER TABLE has it
-- (https://sqlite.org/lang_altertable.html, section 7), instead of copying the table.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
   SET sql = replace(sql, ',
    CONSTRAINT contacts_organization_fkey
        FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id)', '')
 WHERE type = 'table'
   AND name = 'contacts';
UPDATE sqlite_schema
   SET sql = replace(replace(sql, ',
    CONSTRAINT interactions_contact_fkey
        FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)', ''), ',
    CONSTRAINT interactions_organization_fkey
        FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id)', '')
 WHERE type = 'table'
   AND name = 'interactions';
PRAGMA writable_schema = RESET;

-- The deleted records that others still refer to (see store/detachment.rs).
CREATE TABLE detachments (
    tenant_id INTEGER NOT NULL,
    parent_id BLOB    NOT NULL,
    CONSTRAINT detachments_pkey PRIMARY KEY (tenant_id, parent_id)
) STRICT, WITHOUT ROWID;
