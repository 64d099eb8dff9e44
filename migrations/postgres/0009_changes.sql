-- What was changed, when and by whom: written in the transaction of the change itself.
CREATE TABLE changes (
    tenant_id  INTEGER     NOT NULL,
    id         UUID        NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    user_id    UUID,
    kind       TEXT        NOT NULL,
    entity_id  UUID        NOT NULL,
    action     TEXT        NOT NULL,
    version    INTEGER     NOT NULL,
    detached   JSONB       NOT NULL,
    CONSTRAINT changes_pkey PRIMARY KEY (tenant_id, id)
);

CREATE INDEX changes_entity_idx ON changes (tenant_id, entity_id, id);
