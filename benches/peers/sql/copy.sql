-- Copies the facts from the product's tables.
INSERT INTO peers.users (tenant_id, id, name, email)
SELECT tenant_id, id, coalesce(name, ''), email
  FROM public.users;

INSERT INTO peers.organizations (tenant_id, id, name, industry, city, country)
SELECT tenant_id, id, name, industry, address ->> 'city', address ->> 'countryCode'
  FROM public.organizations
 ORDER BY tenant_id, id;

INSERT INTO peers.contacts
       (tenant_id, id, first_name, middle_name, last_name, title, organization_id, phones, emails, city, country, created_at,
        sort_name)
SELECT tenant_id, id, coalesce(first_name, ''), middle_name, coalesce(last_name, ''), title, organization_id,
       ARRAY(SELECT jsonb_array_elements(phone_numbers) ->> 'input'),
       ARRAY(SELECT jsonb_array_elements(email_addresses) ->> 'address'),
       addresses -> 0 ->> 'city', addresses -> 0 ->> 'countryCode', created_at, sort_name
  FROM public.contacts
 ORDER BY tenant_id, created_at, id;

INSERT INTO peers.contact_identifiers (tenant_id, value, contact_id)
SELECT DISTINCT tenant_id, coalesce(entry ->> 'e164', entry ->> 'address'), id
  FROM public.contacts, jsonb_array_elements(phone_numbers || email_addresses) AS entry
 WHERE coalesce(entry ->> 'e164', entry ->> 'address') IS NOT NULL;

INSERT INTO peers.relationships (tenant_id, id, organization_id, user_id, type)
SELECT tenant_id, id, organization_id, user_id, type
  FROM public.relationships
 ORDER BY tenant_id, id;

INSERT INTO peers.notes (tenant_id, id, contact_id, organization_id, author_id, body, pinned, created_at)
SELECT tenant_id, id, contact_id, organization_id, author_id, text, pinned, created_at
  FROM public.notes
 ORDER BY tenant_id, id;
