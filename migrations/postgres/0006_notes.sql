-- Texts about a contact or an organization: exactly one of the two.
CREATE TABLE notes (
    tenant_id       INTEGER     NOT NULL,
    id              UUID        NOT NULL,
    version         INTEGER     NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    updated_at      TIMESTAMPTZ NOT NULL,
    created_by      UUID,
    updated_by      UUID,
    contact_id      UUID,
    organization_id UUID,
    author_id       UUID        NOT NULL,
    text            TEXT        NOT NULL,
    pinned          BOOLEAN     NOT NULL,
    CONSTRAINT notes_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT notes_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
    CONSTRAINT notes_organization_fkey
        FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id),
    CONSTRAINT notes_author_fkey FOREIGN KEY (tenant_id, author_id) REFERENCES users (tenant_id, id),
    CONSTRAINT notes_one_subject CHECK ((contact_id IS NULL) <> (organization_id IS NULL))
);

CREATE INDEX notes_contact_idx ON notes (tenant_id, contact_id, pinned, created_at, id)
    WHERE contact_id IS NOT NULL;
CREATE INDEX notes_organization_idx ON notes (tenant_id, organization_id, pinned, created_at, id)
    WHERE organization_id IS NOT NULL;
CREATE INDEX notes_author_idx ON notes (tenant_id, author_id, pinned, created_at, id);
CREATE INDEX notes_pinned_idx ON notes (tenant_id, pinned, created_at, id);
CREATE INDEX notes_created_at_idx ON notes (tenant_id, created_at, id);
