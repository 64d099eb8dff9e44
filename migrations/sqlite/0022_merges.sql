-- The ids of records that became part of others, each with the record that it is now: never with another one of these ids.
CREATE TABLE aliases (
    tenant_id    INTEGER NOT NULL,
    id           BLOB    NOT NULL,
    into_id      BLOB    NOT NULL,
    operation_id BLOB    NOT NULL,
    CONSTRAINT aliases_pkey PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX aliases_into_id_idx ON aliases (tenant_id, into_id, id);

-- Merges. Until one can no longer be undone, it has the survivor's form before and after it; the members are in undo_records.
CREATE TABLE merges (
    tenant_id     INTEGER NOT NULL,
    id            BLOB    NOT NULL,
    kind          TEXT    NOT NULL,
    survivor_id   BLOB    NOT NULL,
    member_ids    TEXT    NOT NULL,
    member_labels TEXT    NOT NULL,
    fields        TEXT    NOT NULL,
    moved         TEXT    NOT NULL,
    is_kept       INTEGER NOT NULL,
    before        TEXT,
    after         TEXT,
    merged_at     TEXT    NOT NULL,
    merged_by     BLOB,
    undone_at     TEXT,
    undone_by     BLOB,
    CONSTRAINT merges_pkey PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE INDEX merges_survivor_id_idx ON merges (tenant_id, survivor_id, merged_at, id);
CREATE INDEX merges_merged_at_idx ON merges (tenant_id, merged_at, id) WHERE is_kept = TRUE;

-- Transfers of relationships that can be undone.
CREATE TABLE transfers (
    tenant_id      INTEGER NOT NULL,
    id             BLOB    NOT NULL,
    from_user_id   BLOB    NOT NULL,
    to_user_id     BLOB    NOT NULL,
    transferred_at TEXT    NOT NULL,
    CONSTRAINT transfers_pkey PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX transfers_transferred_at_idx ON transfers (tenant_id, transferred_at, id);

-- The record that the reference had been to, where an operation gave it to another.
ALTER TABLE undo_links ADD COLUMN from_id BLOB;

-- The merge that gives what belongs to the record to another or, once it is undone, back.
ALTER TABLE unsettled_records ADD COLUMN merge_id BLOB;

-- The record into which the record was merged.
ALTER TABLE changes ADD COLUMN merged_into_id BLOB;
