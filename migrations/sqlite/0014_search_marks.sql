-- The rows of the search index carry marks of their record, so that other conditions are checked without
-- looking it up (see model/marks.rs). No marks: they are not known yet, and the record's text decides.
ALTER TABLE search_words ADD COLUMN marks TEXT NOT NULL DEFAULT '';

ALTER TABLE contacts ADD COLUMN search_marks TEXT NOT NULL DEFAULT '';
DROP INDEX contacts_organization_idx;
CREATE INDEX contacts_organization_idx
    ON contacts (tenant_id, organization_id, sort_name, id, search_marks);

-- The records whose rows still lack marks: those of a tenant after an id. Filled here once, and emptied by
-- the program.
CREATE TABLE unmarked_records (
    tenant_id INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    after_id  BLOB    NOT NULL,
    CONSTRAINT unmarked_records_pkey PRIMARY KEY (tenant_id, kind)
) STRICT, WITHOUT ROWID;

INSERT INTO unmarked_records (tenant_id, kind, after_id)
SELECT t.id, k.column1, x'00000000000000000000000000000000'
  FROM tenants AS t
 CROSS JOIN (VALUES ('contacts'), ('organizations')) AS k;
