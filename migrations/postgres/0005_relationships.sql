-- Which user answers for which organization, as what. `type_key` is the folded type.
CREATE TABLE relationships (
    tenant_id       INTEGER     NOT NULL,
    id              UUID        NOT NULL,
    version         INTEGER     NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    updated_at      TIMESTAMPTZ NOT NULL,
    created_by      UUID,
    updated_by      UUID,
    user_id         UUID        NOT NULL,
    organization_id UUID        NOT NULL,
    type            TEXT        NOT NULL,
    started_on      DATE,
    ended_on        DATE,
    type_key        TEXT        COLLATE "C" NOT NULL,
    CONSTRAINT relationships_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT relationships_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT relationships_organization_fkey
        FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id)
);

-- The same user, organization and type cannot be current twice.
CREATE UNIQUE INDEX relationships_current_key ON relationships (tenant_id, organization_id, user_id, type_key)
    WHERE ended_on IS NULL;
CREATE INDEX relationships_organization_idx ON relationships (tenant_id, organization_id, type_key, id);
CREATE INDEX relationships_user_idx ON relationships (tenant_id, user_id, type_key, id);
CREATE INDEX relationships_type_idx ON relationships (tenant_id, type_key, id);
CREATE INDEX relationships_started_on_idx ON relationships (tenant_id, started_on, id);
CREATE INDEX relationships_created_at_idx ON relationships (tenant_id, created_at, id);
