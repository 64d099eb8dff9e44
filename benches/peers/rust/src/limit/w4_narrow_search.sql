-- MATERIALIZED takes the few hits from the index of trigrams before they are sorted.
  WITH hit AS MATERIALIZED (
       SELECT tenant_id, id, first_name, last_name, organization_id, sort_name
         FROM contacts
        WHERE tenant_id = $1
          AND search_text LIKE '%' || $2 || '%'
          AND search_text LIKE '%' || $3 || '%')
SELECT json_build_object('data', json_build_object('contacts', coalesce(json_agg(page), '[]')))::text
  FROM (SELECT h.id, h.first_name AS "firstName", h.last_name AS "lastName",
               (SELECT json_build_object('name', o.name)
                  FROM organizations AS o
                 WHERE o.tenant_id = h.tenant_id
                   AND o.id = h.organization_id) AS organization
          FROM hit AS h
         ORDER BY h.sort_name, h.id
         LIMIT 25) AS page
