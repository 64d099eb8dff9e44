-- External people. `sort_name` is last name, first name, folded; `sort_first` starts with the first.
CREATE TABLE contacts (
    tenant_id           INTEGER     NOT NULL,
    id                  BLOB        NOT NULL,
    version             INTEGER     NOT NULL,
    created_at          TEXT        NOT NULL,
    updated_at          TEXT        NOT NULL,
    created_by          BLOB,
    updated_by          BLOB,
    salutation          TEXT,
    first_name          TEXT,
    middle_name         TEXT,
    last_name           TEXT,
    title               TEXT,
    organization_id     BLOB,
    tags                TEXT        NOT NULL,
    external_ids        TEXT        NOT NULL,
    phone_numbers       TEXT        NOT NULL,
    email_addresses     TEXT        NOT NULL,
    addresses           TEXT        NOT NULL,
    social_handles      TEXT        NOT NULL,
    survey_opt_out      INTEGER     NOT NULL,
    external_system_url TEXT,
    sort_name           TEXT        NOT NULL,
    sort_first          TEXT        NOT NULL,
    search_text         TEXT        NOT NULL,
    CONSTRAINT contacts_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT contacts_organization_fkey
        FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id)
) STRICT;

CREATE INDEX contacts_name_idx ON contacts (tenant_id, sort_name, id);
CREATE INDEX contacts_first_name_idx ON contacts (tenant_id, sort_first, sort_name, id);
CREATE INDEX contacts_created_at_idx ON contacts (tenant_id, created_at, id);
CREATE INDEX contacts_updated_at_idx ON contacts (tenant_id, updated_at, id);
CREATE INDEX contacts_organization_idx ON contacts (tenant_id, organization_id, sort_name, id);

-- The keys of organizations and contacts in other systems: unique per tenant, kind and source.
CREATE TABLE external_ids (
    tenant_id INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    source    TEXT    NOT NULL,
    value     TEXT    NOT NULL,
    owner_id  BLOB    NOT NULL,
    CONSTRAINT external_ids_pkey PRIMARY KEY (tenant_id, kind, source, value)
) STRICT, WITHOUT ROWID;

CREATE INDEX external_ids_owner_idx ON external_ids (tenant_id, owner_id);
