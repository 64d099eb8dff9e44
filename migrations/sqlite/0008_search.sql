-- One row per word of what is searchable, in the order of answers: the first byte of a word says of
-- what (see model/search_word.rs), then the word, then the record's place in the order, then its id.
CREATE TABLE search_words (
    tenant_id INTEGER NOT NULL,
    word      TEXT    NOT NULL,
    sort_key  TEXT    NOT NULL,
    id        BLOB    NOT NULL,
    CONSTRAINT search_words_pkey PRIMARY KEY (tenant_id, word, sort_key, id)
) STRICT, WITHOUT ROWID;

-- Every word names were ever made of, under each of its variants with one letter left out, so that a
-- misspelt word meets the right one. Words are added and never removed: a stale one finds nothing.
CREATE TABLE vocabulary (
    tenant_id INTEGER NOT NULL,
    variant   TEXT    NOT NULL,
    word      TEXT    NOT NULL,
    CONSTRAINT vocabulary_pkey PRIMARY KEY (tenant_id, variant, word)
) STRICT, WITHOUT ROWID;
