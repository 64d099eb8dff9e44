-- The tenant's own people: agents, account managers. Never deleted, so nothing that names one needs
-- a cascade. `sort_name` is the folded name that lists are ordered by.
CREATE TABLE users (
    tenant_id  INTEGER     NOT NULL,
    id         UUID        NOT NULL,
    version    INTEGER     NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID,
    updated_by UUID,
    subject    TEXT        COLLATE "C" NOT NULL,
    name       TEXT,
    email      TEXT,
    title      TEXT,
    active     BOOLEAN     NOT NULL,
    sort_name  TEXT        COLLATE "C" NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT users_subject_key UNIQUE (tenant_id, subject),
    CONSTRAINT users_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);

CREATE INDEX users_name_idx ON users (tenant_id, sort_name, id);
CREATE INDEX users_active_name_idx ON users (tenant_id, active, sort_name, id);
