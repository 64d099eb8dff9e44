-- The rows of the search index carry marks of their record, so that other conditions are checked without
-- looking it up (see model/marks.rs). No marks: they are not known yet, and the record's text decides.
ALTER TABLE search_words
    ADD COLUMN marks TEXT COLLATE "C" NOT NULL DEFAULT '',
    DROP CONSTRAINT search_words_pkey,
    ADD CONSTRAINT search_words_pkey PRIMARY KEY (tenant_id, word, sort_key, id) INCLUDE (marks);

ALTER TABLE contacts ADD COLUMN search_marks TEXT COLLATE "C" NOT NULL DEFAULT '';
DROP INDEX contacts_organization_idx;
CREATE INDEX contacts_organization_idx
    ON contacts (tenant_id, organization_id, sort_name, id) INCLUDE (search_marks);

-- The records whose rows still lack marks: those of a tenant after an id. Filled here once, and emptied by
-- the program.
CREATE TABLE unmarked_records (
    tenant_id INTEGER NOT NULL,
    kind      TEXT    COLLATE "C" NOT NULL,
    after_id  UUID    NOT NULL,
    CONSTRAINT unmarked_records_pkey PRIMARY KEY (tenant_id, kind)
);

INSERT INTO unmarked_records (tenant_id, kind, after_id)
SELECT t.id, k.kind, '00000000-0000-0000-0000-000000000000'
  FROM tenants AS t
 CROSS JOIN (VALUES ('contacts'), ('organizations')) AS k (kind);
