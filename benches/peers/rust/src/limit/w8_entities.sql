SELECT json_build_object('data', json_build_object('contacts', coalesce(json_agg(json_build_object(
           'id', c.id, 'firstName', c.first_name, 'lastName', c.last_name,
           'organization',
           (SELECT json_build_object('id', o.id, 'name', o.name)
              FROM organizations AS o
             WHERE o.tenant_id = c.tenant_id
               AND o.id = c.organization_id)) ORDER BY wanted.place), '[]')))::text
  FROM unnest($2::uuid[]) WITH ORDINALITY AS wanted (id, place)
  JOIN contacts AS c ON c.tenant_id = $1 AND c.id = wanted.id
