-- Keys by which clients repeat mutations safely. A key is reserved in the transaction of its mutation, which also keeps the
-- ids of its result: it is there if, and only if, the mutation is committed. Keys are deleted after a day.
CREATE TABLE idempotency_keys (
    tenant_id  INTEGER NOT NULL,
    user_id    BLOB    NOT NULL,
    mutation   TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    input_hash BLOB    NOT NULL,
    result     TEXT,
    created_at TEXT    NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, user_id, mutation, key),
    CONSTRAINT idempotency_keys_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT;

CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (tenant_id, created_at);
