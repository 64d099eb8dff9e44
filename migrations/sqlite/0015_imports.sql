-- How far the imports of files have come: written in the transaction of the rows, so that an import that is interrupted goes
-- on after the last row that was committed. A finished import has no row here.
CREATE TABLE imports (
    tenant_id   INTEGER NOT NULL,
    fingerprint BLOB    NOT NULL,
    settings    TEXT    NOT NULL,
    row_count   INTEGER NOT NULL,
    progress    TEXT    NOT NULL,
    updated_at  TEXT    NOT NULL,
    CONSTRAINT imports_pkey PRIMARY KEY (tenant_id, fingerprint),
    CONSTRAINT imports_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT;
