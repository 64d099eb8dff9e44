-- The ids of records that became part of others, each with the record that it is now: never with another one of these ids.
CREATE TABLE aliases (
    tenant_id    INTEGER NOT NULL,
    id           UUID    NOT NULL,
    into_id      UUID    NOT NULL,
    operation_id UUID    NOT NULL,
    CONSTRAINT aliases_pkey PRIMARY KEY (tenant_id, id)
);

CREATE INDEX aliases_into_id_idx ON aliases (tenant_id, into_id, id);

-- Merges. Until one can no longer be undone, it has the survivor's form before and after it; the members are in undo_records.
CREATE TABLE merges (
    tenant_id     INTEGER     NOT NULL,
    id            UUID        NOT NULL,
    kind          TEXT        COLLATE "C" NOT NULL,
    survivor_id   UUID        NOT NULL,
    member_ids    JSONB       NOT NULL,
    member_labels JSONB       NOT NULL,
    fields        JSONB       NOT NULL,
    moved         JSONB       NOT NULL,
    is_kept       BOOLEAN     NOT NULL,
    before        JSONB,
    after         JSONB,
    merged_at     TIMESTAMPTZ NOT NULL,
    merged_by     UUID,
    undone_at     TIMESTAMPTZ,
    undone_by     UUID,
    CONSTRAINT merges_pkey PRIMARY KEY (tenant_id, id)
);

CREATE INDEX merges_survivor_id_idx ON merges (tenant_id, survivor_id, merged_at, id);
CREATE INDEX merges_merged_at_idx ON merges (tenant_id, merged_at, id) WHERE is_kept = TRUE;

-- Transfers of relationships that can be undone.
CREATE TABLE transfers (
    tenant_id      INTEGER     NOT NULL,
    id             UUID        NOT NULL,
    from_user_id   UUID        NOT NULL,
    to_user_id     UUID        NOT NULL,
    transferred_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT transfers_pkey PRIMARY KEY (tenant_id, id)
);

CREATE INDEX transfers_transferred_at_idx ON transfers (tenant_id, transferred_at, id);

-- The record that the reference had been to, where an operation gave it to another.
ALTER TABLE undo_links ADD COLUMN from_id UUID;

-- The merge that gives what belongs to the record to another or, once it is undone, back.
ALTER TABLE unsettled_records ADD COLUMN merge_id UUID;

-- The record into which the record was merged.
ALTER TABLE changes ADD COLUMN merged_into_id UUID;
