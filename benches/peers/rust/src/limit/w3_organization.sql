SELECT json_build_object('data', json_build_object('organization', json_build_object(
           'id', o.id, 'name', o.name, 'industry', o.industry, 'city', o.city, 'country', o.country,
           'contacts',
           (SELECT coalesce(json_agg(contact), '[]')
              FROM (SELECT c.id, c.first_name AS "firstName", c.last_name AS "lastName", c.title,
                           (SELECT coalesce(json_agg(note), '[]')
                              FROM (SELECT n.id, n.body, n.created_at AS "createdAt"
                                      FROM notes AS n
                                     WHERE n.tenant_id = c.tenant_id
                                       AND n.contact_id = c.id
                                     ORDER BY n.pinned DESC, n.created_at DESC, n.id DESC
                                     LIMIT 3) AS note) AS notes
                      FROM contacts AS c
                     WHERE c.tenant_id = o.tenant_id
                       AND c.organization_id = o.id
                     ORDER BY c.sort_name, c.id
                     LIMIT 20) AS contact),
           'relationships',
           (SELECT coalesce(json_agg(relationship), '[]')
              FROM (SELECT r.id, r.type,
                           (SELECT json_build_object('id', u.id, 'name', u.name)
                              FROM users AS u
                             WHERE u.tenant_id = r.tenant_id
                               AND u.id = r.user_id) AS "user"
                      FROM relationships AS r
                     WHERE r.tenant_id = o.tenant_id
                       AND r.organization_id = o.id
                     ORDER BY r.type, r.id
                     LIMIT 20) AS relationship),
           'notes',
           (SELECT coalesce(json_agg(note), '[]')
              FROM (SELECT n.id, n.body,
                           (SELECT json_build_object('name', u.name)
                              FROM users AS u
                             WHERE u.tenant_id = n.tenant_id
                               AND u.id = n.author_id) AS author
                      FROM notes AS n
                     WHERE n.tenant_id = o.tenant_id
                       AND n.organization_id = o.id
                     ORDER BY n.pinned DESC, n.created_at DESC, n.id DESC
                     LIMIT 10) AS note))))::text
  FROM organizations AS o
 WHERE o.tenant_id = $1
   AND o.id = $2
