-- A deleted organization can have tens of thousands of contacts, and a million interactions. They are detached from it in steps,
-- so until the last step they refer to a record that is gone.
ALTER TABLE contacts DROP CONSTRAINT contacts_organization_fkey;
ALTER TABLE interactions DROP CONSTRAINT interactions_contact_fkey;
ALTER TABLE interactions DROP CONSTRAINT interactions_organization_fkey;

-- The deleted records that others still refer to (see store/detachment.rs).
CREATE TABLE detachments (
    tenant_id INTEGER NOT NULL,
    parent_id UUID    NOT NULL,
    CONSTRAINT detachments_pkey PRIMARY KEY (tenant_id, parent_id)
);
