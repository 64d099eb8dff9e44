-- Marks of contacts begin with that of their employer (see model/marks.rs). Those of earlier versions begin with a space, and the
-- record's text decides until the program has replaced them.
INSERT OR REPLACE INTO unmarked_records (tenant_id, kind, after_id)
SELECT t.id, k.column1, x'00000000000000000000000000000000'
  FROM tenants AS t
 CROSS JOIN (VALUES ('contacts'), ('organizations')) AS k;
