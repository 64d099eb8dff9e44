-- The last number of the changes of each tenant, where they are numbered for each tenant.
--
-- The numbers of transactions do not compare between the nodes of a cluster (Citus). There, the column `xid` of `changes` has
-- no default: a transaction takes the tenant's next number as the last thing before COMMIT and locks this row until then, so
-- whoever sees a number sees those before it. On one node, `xid` stays the number of the transaction, for which writers do
-- not wait, and these rows stay as they are.
CREATE TABLE feed_heads (
    tenant_id INTEGER NOT NULL,
    head      BIGINT  NOT NULL,
    CONSTRAINT feed_heads_pkey PRIMARY KEY (tenant_id),
    CONSTRAINT feed_heads_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) WITH (fillfactor = 50);

INSERT INTO feed_heads (tenant_id, head) SELECT id, 0 FROM tenants;
