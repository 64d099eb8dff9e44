-- Keys by which clients repeat mutations safely. A key is reserved in the transaction of its mutation, which also keeps the
-- ids of its result: it is there if, and only if, the mutation is committed. Keys are deleted after a day.
CREATE TABLE idempotency_keys (
    tenant_id  INTEGER     NOT NULL,
    user_id    UUID        NOT NULL,
    mutation   TEXT        COLLATE "C" NOT NULL,
    key        TEXT        COLLATE "C" NOT NULL,
    input_hash BYTEA       NOT NULL,
    result     JSONB,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, user_id, mutation, key),
    CONSTRAINT idempotency_keys_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);

CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (tenant_id, created_at);
