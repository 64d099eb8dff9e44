-- External people. `sort_name` is last name, first name, folded; `sort_first` starts with the first.
CREATE TABLE contacts (
    tenant_id           INTEGER     NOT NULL,
    id                  UUID        NOT NULL,
    version             INTEGER     NOT NULL,
    created_at          TIMESTAMPTZ NOT NULL,
    updated_at          TIMESTAMPTZ NOT NULL,
    created_by          UUID,
    updated_by          UUID,
    salutation          TEXT,
    first_name          TEXT,
    middle_name         TEXT,
    last_name           TEXT,
    title               TEXT,
    organization_id     UUID,
    tags                JSONB       NOT NULL,
    external_ids        JSONB       NOT NULL,
    phone_numbers       JSONB       NOT NULL,
    email_addresses     JSONB       NOT NULL,
    addresses           JSONB       NOT NULL,
    social_handles      JSONB       NOT NULL,
    survey_opt_out      BOOLEAN     NOT NULL,
    external_system_url TEXT,
    sort_name           TEXT        COLLATE "C" NOT NULL,
    sort_first          TEXT        COLLATE "C" NOT NULL,
    search_text         TEXT        COLLATE "C" NOT NULL,
    CONSTRAINT contacts_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT contacts_organization_fkey
        FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id)
);

CREATE INDEX contacts_name_idx ON contacts (tenant_id, sort_name, id);
CREATE INDEX contacts_first_name_idx ON contacts (tenant_id, sort_first, sort_name, id);
CREATE INDEX contacts_created_at_idx ON contacts (tenant_id, created_at, id);
CREATE INDEX contacts_updated_at_idx ON contacts (tenant_id, updated_at, id);
CREATE INDEX contacts_organization_idx ON contacts (tenant_id, organization_id, sort_name, id);

-- One who works there; the program makes it null when that contact leaves or is deleted.
ALTER TABLE organizations
    ADD CONSTRAINT organizations_primary_contact_fkey
        FOREIGN KEY (tenant_id, primary_contact_id) REFERENCES contacts (tenant_id, id);

-- The keys of organizations and contacts in other systems: unique per tenant, kind and source.
CREATE TABLE external_ids (
    tenant_id INTEGER NOT NULL,
    kind      TEXT    COLLATE "C" NOT NULL,
    source    TEXT    COLLATE "C" NOT NULL,
    value     TEXT    COLLATE "C" NOT NULL,
    owner_id  UUID    NOT NULL,
    CONSTRAINT external_ids_pkey PRIMARY KEY (tenant_id, kind, source, value)
);

CREATE INDEX external_ids_owner_idx ON external_ids (tenant_id, owner_id);
