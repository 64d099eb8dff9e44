SELECT json_build_object('data', json_build_object('contacts', coalesce(json_agg(page), '[]')))::text
  FROM (SELECT c.id, c.first_name AS "firstName", c.last_name AS "lastName",
               (SELECT json_build_object('id', o.id, 'name', o.name)
                  FROM organizations AS o
                 WHERE o.tenant_id = c.tenant_id
                   AND o.id = c.organization_id) AS organization,
               (SELECT coalesce(json_agg(note), '[]')
                  FROM (SELECT n.id, n.body,
                               (SELECT json_build_object('name', u.name)
                                  FROM users AS u
                                 WHERE u.tenant_id = n.tenant_id
                                   AND u.id = n.author_id) AS author
                          FROM notes AS n
                         WHERE n.tenant_id = c.tenant_id
                           AND n.contact_id = c.id
                         ORDER BY n.pinned DESC, n.created_at DESC, n.id DESC
                         LIMIT 3) AS note) AS notes
          FROM contacts AS c
         WHERE c.tenant_id = $1
           AND c.position > $2
         ORDER BY c.position
         LIMIT 50) AS page
