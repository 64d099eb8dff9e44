SELECT json_build_object('data', json_build_object('contact', json_build_object(
           'id', id, 'firstName', first_name, 'middleName', middle_name, 'lastName', last_name, 'title', title,
           'phones', phones, 'emails', emails, 'city', city, 'country', country, 'createdAt', created_at)))::text
  FROM contacts
 WHERE tenant_id = $1
   AND id = $2
