-- Marks of contacts begin with that of their employer (see model/marks.rs). Those of earlier versions begin with a space, and the
-- record's text decides until the program has replaced them.
INSERT INTO unmarked_records (tenant_id, kind, after_id)
SELECT t.id, k.kind, '00000000-0000-0000-0000-000000000000'
  FROM tenants AS t
 CROSS JOIN (VALUES ('contacts'), ('organizations')) AS k (kind)
ON CONFLICT (tenant_id, kind) DO UPDATE SET after_id = excluded.after_id;
