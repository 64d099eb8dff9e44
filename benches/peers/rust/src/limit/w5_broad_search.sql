-- There are many hits: the index of names has them in order, and any thousand are enough for the count. `strpos` keeps the
-- planner from gathering all of them from the index of trigrams first.
SELECT json_build_object('data', json_build_object(
           'contacts',
           (SELECT coalesce(json_agg(page), '[]')
              FROM (SELECT id, first_name AS "firstName", last_name AS "lastName"
                      FROM contacts
                     WHERE tenant_id = $1
                       AND strpos(search_text, $2) > 0
                     ORDER BY sort_name, id
                     LIMIT 25) AS page),
           'count',
           (SELECT count(*)
              FROM (SELECT
                      FROM contacts
                     WHERE tenant_id = $1
                       AND strpos(search_text, $2) > 0
                     LIMIT 1001) AS counted)))::text
