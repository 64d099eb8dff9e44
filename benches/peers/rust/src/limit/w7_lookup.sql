SELECT json_build_object('data', json_build_object('contacts', coalesce(json_agg(page), '[]')))::text
  FROM (SELECT c.id, c.first_name AS "firstName", c.last_name AS "lastName", c.phones, c.emails,
               (SELECT json_build_object('name', o.name)
                  FROM organizations AS o
                 WHERE o.tenant_id = c.tenant_id
                   AND o.id = c.organization_id) AS organization
          FROM contact_identifiers AS i
          JOIN contacts AS c ON c.tenant_id = i.tenant_id AND c.id = i.contact_id
         WHERE i.tenant_id = $1
           AND i.value = $2
         ORDER BY i.contact_id
         LIMIT 10) AS page
