-- External companies. Lists and small values are JSON: they are read and written with their record.
-- `…_key` columns and `sort_name` are folded (lower case, no accents) for filters and orders;
-- `search_text` is every word the record is found by, one space around each.
CREATE TABLE organizations (
    tenant_id           INTEGER     NOT NULL,
    id                  BLOB        NOT NULL,
    version             INTEGER     NOT NULL,
    created_at          TEXT        NOT NULL,
    updated_at          TEXT        NOT NULL,
    created_by          BLOB,
    updated_by          BLOB,
    name                TEXT        NOT NULL,
    company_type        TEXT,
    industry            TEXT,
    address             TEXT        NOT NULL,
    phone_number        TEXT        NOT NULL,
    fax_number          TEXT        NOT NULL,
    employee_count      INTEGER,
    annual_revenue      TEXT        NOT NULL,
    websites            TEXT        NOT NULL,
    tags                TEXT        NOT NULL,
    tickers             TEXT        NOT NULL,
    external_system_url TEXT,
    external_ids        TEXT        NOT NULL,
    primary_contact_id  BLOB,
    sort_name           TEXT        NOT NULL,
    search_text         TEXT        NOT NULL,
    CONSTRAINT organizations_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT organizations_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    -- One who works there; the program makes it null when that contact leaves or is deleted.
    CONSTRAINT organizations_primary_contact_fkey
        FOREIGN KEY (tenant_id, primary_contact_id) REFERENCES contacts (tenant_id, id)
) STRICT;

CREATE INDEX organizations_name_idx ON organizations (tenant_id, sort_name, id);
CREATE INDEX organizations_created_at_idx ON organizations (tenant_id, created_at, id);
CREATE INDEX organizations_updated_at_idx ON organizations (tenant_id, updated_at, id);
CREATE INDEX organizations_primary_contact_idx ON organizations (tenant_id, primary_contact_id)
    WHERE primary_contact_id IS NOT NULL;
