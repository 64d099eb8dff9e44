-- The records that can be restored: those that were deleted by themselves, each with the numbers of what went with it.
CREATE TABLE trashed_records (
    tenant_id     INTEGER NOT NULL,
    id            BLOB    NOT NULL,
    kind          TEXT    NOT NULL,
    label         TEXT    NOT NULL,
    deleted_at    TEXT    NOT NULL,
    deleted_by    BLOB,
    notes         INTEGER NOT NULL,
    relationships INTEGER NOT NULL,
    CONSTRAINT trashed_records_pkey PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX trashed_records_deleted_at_idx ON trashed_records (tenant_id, deleted_at, id);
CREATE INDEX trashed_records_kind_idx ON trashed_records (tenant_id, kind, deleted_at, id);
CREATE INDEX trashed_records_deleted_by_idx ON trashed_records (tenant_id, deleted_by, deleted_at, id);

-- The content of records that an operation took away. The operation of a deletion has the id of the record that was deleted by
-- itself.
CREATE TABLE undo_records (
    tenant_id    INTEGER NOT NULL,
    operation_id BLOB    NOT NULL,
    id           BLOB    NOT NULL,
    kind         TEXT    NOT NULL,
    record       TEXT    NOT NULL,
    CONSTRAINT undo_records_pkey PRIMARY KEY (tenant_id, operation_id, id)
) STRICT;

CREATE INDEX undo_records_id_idx ON undo_records (tenant_id, id);

-- The references to a record that an operation cleared: the records that referred to it, by the kind of the reference.
CREATE TABLE undo_links (
    tenant_id    INTEGER NOT NULL,
    operation_id BLOB    NOT NULL,
    kind         TEXT    NOT NULL,
    child_id     BLOB    NOT NULL,
    CONSTRAINT undo_links_pkey PRIMARY KEY (tenant_id, operation_id, kind, child_id)
) STRICT, WITHOUT ROWID;

-- The records, deleted or restored, to which references are still to be cleared or set again (see store/loose_reference). Those that
-- are gone can no longer be restored.
CREATE TABLE unsettled_records (
    tenant_id INTEGER NOT NULL,
    id        BLOB    NOT NULL,
    is_gone   INTEGER NOT NULL,
    CONSTRAINT unsettled_records_pkey PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

INSERT INTO unsettled_records (tenant_id, id, is_gone) SELECT tenant_id, parent_id, TRUE FROM detachments;
DROP TABLE detachments;

-- The number of days that the tenant's deleted records can be restored, if that is less than the operator's.
ALTER TABLE tenants ADD COLUMN trash_days INTEGER;

-- The name of the record at that moment.
ALTER TABLE changes ADD COLUMN label TEXT;
