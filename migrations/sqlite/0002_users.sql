-- The tenant's own people: agents, account managers. Never deleted, so nothing that names one needs
-- a cascade. `sort_name` is the folded name that lists are ordered by.
CREATE TABLE users (
    tenant_id  INTEGER     NOT NULL,
    id         BLOB        NOT NULL,
    version    INTEGER     NOT NULL,
    created_at TEXT        NOT NULL,
    updated_at TEXT        NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    subject    TEXT        NOT NULL,
    name       TEXT,
    email      TEXT,
    title      TEXT,
    active     INTEGER     NOT NULL,
    sort_name  TEXT        NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT users_subject_key UNIQUE (tenant_id, subject),
    CONSTRAINT users_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT;

CREATE INDEX users_name_idx ON users (tenant_id, sort_name, id);
CREATE INDEX users_active_name_idx ON users (tenant_id, active, sort_name, id);
