-- The companies whose data this service keeps. On Citus this is a reference table.
CREATE TABLE tenants (
    id                   INTEGER     NOT NULL,
    name                 TEXT        NOT NULL,
    display_name         TEXT        NOT NULL,
    default_region       TEXT        NOT NULL,
    managed_entity_limit INTEGER     NOT NULL,
    created_at           TEXT        NOT NULL,
    CONSTRAINT tenants_pkey PRIMARY KEY (id),
    CONSTRAINT tenants_name_key UNIQUE (name)
) STRICT;

-- How many managed entities may still be created, spread over slots so that writers do not queue
-- on one row. The sum is the room; the limit minus the sum is how many there are. After the limit
-- was lowered below the number there are, slot 0 holds the negative rest and the others nothing.
CREATE TABLE entity_room (
    tenant_id INTEGER NOT NULL,
    slot      INTEGER NOT NULL,
    room      INTEGER NOT NULL,
    CONSTRAINT entity_room_pkey PRIMARY KEY (tenant_id, slot),
    CONSTRAINT entity_room_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT, WITHOUT ROWID;
