-- The keys and indexes that the workloads of the peers need.
SET search_path = peers, public;

ALTER TABLE users ADD PRIMARY KEY (tenant_id, id);
ALTER TABLE organizations ADD PRIMARY KEY (tenant_id, id);
ALTER TABLE contacts
    ADD PRIMARY KEY (tenant_id, id),
    ADD FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations;
ALTER TABLE relationships
    ADD PRIMARY KEY (tenant_id, id),
    ADD FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations,
    ADD FOREIGN KEY (tenant_id, user_id) REFERENCES users;
ALTER TABLE notes
    ADD PRIMARY KEY (tenant_id, id),
    ADD FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts,
    ADD FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations,
    ADD FOREIGN KEY (tenant_id, author_id) REFERENCES users;
ALTER TABLE contact_identifiers
    ADD PRIMARY KEY (tenant_id, value, contact_id),
    ADD FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts ON DELETE CASCADE;

CREATE INDEX contacts_position ON contacts (tenant_id, position);
CREATE INDEX contacts_name ON contacts (tenant_id, sort_name, id);
CREATE INDEX contacts_organization ON contacts (tenant_id, organization_id, sort_name, id);
CREATE INDEX contacts_search ON contacts USING gin (search_text gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX contact_identifiers_contact ON contact_identifiers (tenant_id, contact_id);
CREATE INDEX relationships_organization ON relationships (tenant_id, organization_id, type, id);
CREATE INDEX relationships_user ON relationships (tenant_id, user_id);
CREATE INDEX notes_contact ON notes (tenant_id, contact_id, pinned, created_at, id);
CREATE INDEX notes_organization ON notes (tenant_id, organization_id, pinned, created_at, id);
CREATE INDEX notes_author ON notes (tenant_id, author_id);

-- A contact's identifiers follow the contact.
CREATE FUNCTION keep_identifiers() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO peers.contact_identifiers
    SELECT NEW.tenant_id, value, NEW.id FROM unnest(NEW.phones || NEW.emails) AS value
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_identifiers AFTER INSERT ON contacts FOR EACH ROW EXECUTE FUNCTION keep_identifiers();
