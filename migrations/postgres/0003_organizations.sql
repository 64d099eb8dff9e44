-- External companies. Lists and small values are JSON: they are read and written with their record.
-- `…_key` columns and `sort_name` are folded (lower case, no accents) for filters and orders;
-- `search_text` is every word the record is found by, one space around each.
CREATE TABLE organizations (
    tenant_id           INTEGER     NOT NULL,
    id                  UUID        NOT NULL,
    version             INTEGER     NOT NULL,
    created_at          TIMESTAMPTZ NOT NULL,
    updated_at          TIMESTAMPTZ NOT NULL,
    created_by          UUID,
    updated_by          UUID,
    name                TEXT        NOT NULL,
    company_type        TEXT,
    industry            TEXT,
    address             JSONB       NOT NULL,
    phone_number        JSONB       NOT NULL,
    fax_number          JSONB       NOT NULL,
    employee_count      INTEGER,
    annual_revenue      JSONB       NOT NULL,
    websites            JSONB       NOT NULL,
    tags                JSONB       NOT NULL,
    tickers             JSONB       NOT NULL,
    external_system_url TEXT,
    external_ids        JSONB       NOT NULL,
    primary_contact_id  UUID,
    sort_name           TEXT        COLLATE "C" NOT NULL,
    search_text         TEXT        COLLATE "C" NOT NULL,
    CONSTRAINT organizations_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT organizations_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);

CREATE INDEX organizations_name_idx ON organizations (tenant_id, sort_name, id);
CREATE INDEX organizations_created_at_idx ON organizations (tenant_id, created_at, id);
CREATE INDEX organizations_updated_at_idx ON organizations (tenant_id, updated_at, id);
CREATE INDEX organizations_primary_contact_idx ON organizations (tenant_id, primary_contact_id)
    WHERE primary_contact_id IS NOT NULL;
