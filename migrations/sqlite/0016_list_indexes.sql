-- Every list reads an index in its own order, whichever condition narrows it (see store/list).
CREATE INDEX contacts_organization_created_at_idx ON contacts (tenant_id, organization_id, created_at, id);
CREATE INDEX contacts_organization_updated_at_idx ON contacts (tenant_id, organization_id, updated_at, id);

CREATE INDEX relationships_user_started_on_idx ON relationships (tenant_id, user_id, started_on, id);
CREATE INDEX relationships_user_created_at_idx ON relationships (tenant_id, user_id, created_at, id);
CREATE INDEX relationships_organization_started_on_idx
    ON relationships (tenant_id, organization_id, started_on, id);
CREATE INDEX relationships_organization_created_at_idx
    ON relationships (tenant_id, organization_id, created_at, id);
CREATE INDEX relationships_type_started_on_idx ON relationships (tenant_id, type_key, started_on, id);
CREATE INDEX relationships_type_created_at_idx ON relationships (tenant_id, type_key, created_at, id);
CREATE INDEX relationships_current_type_idx ON relationships (tenant_id, type_key, id) WHERE ended_on IS NULL;
CREATE INDEX relationships_current_started_on_idx ON relationships (tenant_id, started_on, id) WHERE ended_on IS NULL;
CREATE INDEX relationships_current_created_at_idx ON relationships (tenant_id, created_at, id) WHERE ended_on IS NULL;
CREATE INDEX relationships_ended_type_idx ON relationships (tenant_id, type_key, id) WHERE ended_on IS NOT NULL;
CREATE INDEX relationships_ended_started_on_idx ON relationships (tenant_id, started_on, id) WHERE ended_on IS NOT NULL;
CREATE INDEX relationships_ended_created_at_idx ON relationships (tenant_id, created_at, id) WHERE ended_on IS NOT NULL;
CREATE INDEX relationships_updated_at_idx ON relationships (tenant_id, updated_at, id);
CREATE INDEX relationships_owner_idx ON relationships (tenant_id, user_id, organization_id) WHERE ended_on IS NULL;

CREATE INDEX notes_updated_at_idx ON notes (tenant_id, updated_at, id);

CREATE INDEX interactions_media_type_idx ON interactions (tenant_id, media_type, direction, started_at, id);
CREATE INDEX interactions_created_at_idx ON interactions (tenant_id, created_at, id);
CREATE INDEX interactions_updated_at_idx ON interactions (tenant_id, updated_at, id);

-- The keys of agents and wrap-ups have the start of the interaction, which its lists are ordered by.
CREATE TABLE interaction_agents_by_start (
    tenant_id      INTEGER NOT NULL,
    user_id        BLOB    NOT NULL,
    started_at     TEXT    NOT NULL,
    interaction_id BLOB    NOT NULL,
    CONSTRAINT interaction_agents_pkey PRIMARY KEY (tenant_id, user_id, started_at, interaction_id),
    CONSTRAINT interaction_agents_interaction_fkey
        FOREIGN KEY (tenant_id, interaction_id) REFERENCES interactions (tenant_id, id),
    CONSTRAINT interaction_agents_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT, WITHOUT ROWID;
INSERT INTO interaction_agents_by_start (tenant_id, user_id, started_at, interaction_id)
SELECT a.tenant_id, a.user_id, i.started_at, a.interaction_id
  FROM interaction_agents AS a
  JOIN interactions AS i
    ON i.tenant_id = a.tenant_id
   AND i.id = a.interaction_id
 ORDER BY 1, 2, 3, 4;
DROP TABLE interaction_agents;
ALTER TABLE interaction_agents_by_start RENAME TO interaction_agents;

CREATE TABLE wrap_ups_by_start (
    tenant_id       INTEGER NOT NULL,
    wrap_up_code_id BLOB    NOT NULL,
    started_at      TEXT    NOT NULL,
    interaction_id  BLOB    NOT NULL,
    user_id         BLOB    NOT NULL,
    CONSTRAINT wrap_ups_pkey PRIMARY KEY (tenant_id, wrap_up_code_id, started_at, interaction_id, user_id),
    CONSTRAINT wrap_ups_code_fkey
        FOREIGN KEY (tenant_id, wrap_up_code_id) REFERENCES wrap_up_codes (tenant_id, id),
    CONSTRAINT wrap_ups_interaction_fkey
        FOREIGN KEY (tenant_id, interaction_id) REFERENCES interactions (tenant_id, id),
    CONSTRAINT wrap_ups_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT, WITHOUT ROWID;
INSERT INTO wrap_ups_by_start (tenant_id, wrap_up_code_id, started_at, interaction_id, user_id)
SELECT w.tenant_id, w.wrap_up_code_id, i.started_at, w.interaction_id, w.user_id
  FROM wrap_ups AS w
  JOIN interactions AS i
    ON i.tenant_id = w.tenant_id
   AND i.id = w.interaction_id
 ORDER BY 1, 2, 3, 4, 5;
DROP TABLE wrap_ups;
ALTER TABLE wrap_ups_by_start RENAME TO wrap_ups;

-- The rows of the words that lists are filtered by have the times that lists are ordered by.
ALTER TABLE search_words ADD COLUMN created_at TEXT;
ALTER TABLE search_words ADD COLUMN updated_at TEXT;
UPDATE search_words
   SET created_at = c.created_at, updated_at = c.updated_at
  FROM contacts AS c
 WHERE c.tenant_id = search_words.tenant_id
   AND c.id = search_words.id
   AND substr(search_words.word, 1, 1) IN ('g', 'j', 'c', 'y');
UPDATE search_words
   SET created_at = o.created_at, updated_at = o.updated_at
  FROM organizations AS o
 WHERE o.tenant_id = search_words.tenant_id
   AND o.id = search_words.id
   AND substr(search_words.word, 1, 1) IN ('G', 'C', 'Y', 'I', 'T');
CREATE INDEX search_words_created_at_idx ON search_words (tenant_id, word, created_at, id) WHERE created_at IS NOT NULL;
CREATE INDEX search_words_updated_at_idx ON search_words (tenant_id, word, updated_at, id) WHERE updated_at IS NOT NULL;
