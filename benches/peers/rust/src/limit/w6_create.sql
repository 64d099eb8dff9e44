-- The product's own tables, which the other workloads do not read.
  WITH written AS (
       INSERT INTO public.contacts
              (tenant_id, id, version, created_at, updated_at, created_by, updated_by, first_name, last_name, title,
               organization_id, tags, external_ids, phone_numbers, email_addresses, addresses, social_handles,
               survey_opt_out, sort_name, sort_first, search_text, search_marks)
       VALUES ($1, $2, 1, now(), now(), $3, $3, $4, $5, $6, $7, '[]', '[]', $8, $9, $10, '[]', false, $11, $12, $13, $14)
       RETURNING id, first_name, last_name, phone_numbers, email_addresses),
       words AS (
       INSERT INTO public.search_words (tenant_id, word, sort_key, id, marks, created_at, updated_at)
       SELECT $1, w.word, $11, $2, w.marks, CASE WHEN w.timed THEN now() END, CASE WHEN w.timed THEN now() END
         FROM unnest($15::text[], $16::text[], $17::bool[]) AS w (word, marks, timed)),
       change AS (
       INSERT INTO public.changes
              (tenant_id, id, changed_at, user_id, kind, entity_id, action, version, detached, contact_id, organization_id,
               fields)
       VALUES ($1, $18, now(), $3, 'contact', $2, 'created', 1, 'null', $2, $7, '[]')),
       count AS (
       UPDATE public.entity_room SET room = room - 1 WHERE tenant_id = $1 AND slot = $19 AND room > 0)
SELECT json_build_object('data', json_build_object('contact', json_build_object(
           'id', id, 'firstName', first_name, 'lastName', last_name,
           'phones', jsonb_path_query_array(phone_numbers, '$[*].input'),
           'emails', jsonb_path_query_array(email_addresses, '$[*].address'))))::text
  FROM written
