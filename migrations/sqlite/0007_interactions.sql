-- What an agent may record when their part of an interaction ends.
CREATE TABLE wrap_up_codes (
    tenant_id   INTEGER     NOT NULL,
    id          BLOB        NOT NULL,
    version     INTEGER     NOT NULL,
    created_at  TEXT        NOT NULL,
    updated_at  TEXT        NOT NULL,
    created_by  BLOB,
    updated_by  BLOB,
    name        TEXT        NOT NULL,
    description TEXT,
    active      INTEGER     NOT NULL,
    name_key    TEXT        NOT NULL,
    CONSTRAINT wrap_up_codes_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT wrap_up_codes_name_key UNIQUE (tenant_id, name_key),
    CONSTRAINT wrap_up_codes_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT;

-- Conversations. `agent_ids` and `wrap_ups` are read with the record; the two tables below find by them.
CREATE TABLE interactions (
    tenant_id       INTEGER     NOT NULL,
    id              BLOB        NOT NULL,
    version         INTEGER     NOT NULL,
    created_at      TEXT        NOT NULL,
    updated_at      TEXT        NOT NULL,
    created_by      BLOB,
    updated_by      BLOB,
    external_id     TEXT       ,
    media_type      TEXT        NOT NULL,
    direction       TEXT        NOT NULL,
    started_at      TEXT        NOT NULL,
    ended_at        TEXT       ,
    subject_line    TEXT,
    queue_name      TEXT,
    contact_id      BLOB,
    organization_id BLOB,
    agent_ids       TEXT        NOT NULL,
    wrap_ups        TEXT        NOT NULL,
    CONSTRAINT interactions_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT interactions_external_id_key UNIQUE (tenant_id, external_id),
    CONSTRAINT interactions_contact_fkey
        FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
    CONSTRAINT interactions_organization_fkey
        FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id)
) STRICT;

CREATE INDEX interactions_started_at_idx ON interactions (tenant_id, started_at, id);
CREATE INDEX interactions_contact_idx ON interactions (tenant_id, contact_id, started_at, id)
    WHERE contact_id IS NOT NULL;
CREATE INDEX interactions_organization_idx ON interactions (tenant_id, organization_id, started_at, id)
    WHERE organization_id IS NOT NULL;

-- Who handled which interaction.
CREATE TABLE interaction_agents (
    tenant_id      INTEGER NOT NULL,
    user_id        BLOB    NOT NULL,
    interaction_id BLOB    NOT NULL,
    CONSTRAINT interaction_agents_pkey PRIMARY KEY (tenant_id, user_id, interaction_id),
    CONSTRAINT interaction_agents_interaction_fkey
        FOREIGN KEY (tenant_id, interaction_id) REFERENCES interactions (tenant_id, id),
    CONSTRAINT interaction_agents_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- Which interaction was wrapped up with which code, and by whom.
CREATE TABLE wrap_ups (
    tenant_id       INTEGER NOT NULL,
    wrap_up_code_id BLOB    NOT NULL,
    interaction_id  BLOB    NOT NULL,
    user_id         BLOB    NOT NULL,
    CONSTRAINT wrap_ups_pkey PRIMARY KEY (tenant_id, wrap_up_code_id, interaction_id, user_id),
    CONSTRAINT wrap_ups_code_fkey
        FOREIGN KEY (tenant_id, wrap_up_code_id) REFERENCES wrap_up_codes (tenant_id, id),
    CONSTRAINT wrap_ups_interaction_fkey
        FOREIGN KEY (tenant_id, interaction_id) REFERENCES interactions (tenant_id, id),
    CONSTRAINT wrap_ups_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT, WITHOUT ROWID;
