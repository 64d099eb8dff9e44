-- What was changed, when and by whom: written in the transaction of the change itself.
CREATE TABLE changes (
    tenant_id  INTEGER     NOT NULL,
    id         BLOB        NOT NULL,
    changed_at TEXT        NOT NULL,
    user_id    BLOB,
    kind       TEXT        NOT NULL,
    entity_id  BLOB        NOT NULL,
    action     TEXT        NOT NULL,
    version    INTEGER     NOT NULL,
    detached   TEXT        NOT NULL,
    CONSTRAINT changes_pkey PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE INDEX changes_entity_idx ON changes (tenant_id, entity_id, id);
