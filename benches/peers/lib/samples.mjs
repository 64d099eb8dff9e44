// The values that the requests of each workload are made of: the same ones in each run over the same data.

import { clean, idsFromNow } from "./clean.mjs";

/** The numbers of samples, and smaller ones for a check. */
const COUNTS = { W1: 2000, W2: 500, W3: 1000, W4: 300, W5: 10, W6: 500, W7: 2000, W8: 300 };
const FEWER = { W1: 40, W2: 20, W3: 20, W4: 50, W5: 5, W6: 10, W7: 40, W8: 5 };
/** The most hits of a narrow search. */
const NARROW = 50;
const SCATTERED = "ORDER BY md5(id::text)";

/** Returns the samples of each workload; `ours` is a running server of the product, which creates the contacts of W6 once. */
export async function samples(world, ours) {
  const counts = world.options.check ? FEWER : COUNTS;
  return world.cluster.connected(world.database, async (client) => {
    const rows = async (text, ...values) => (await client.query(text, [world.tenant, ...values])).rows;
    const tenant = world.tenant;
    const contacts = await rows(
      `SELECT id, first_name AS "firstName", last_name AS "lastName", title, organization_id AS "organizationId", city, country
         FROM peers.contacts WHERE tenant_id = $1 ${SCATTERED} LIMIT $2`,
      Math.max(counts.W1, 10 * counts.W4),
    );
    const ids = contacts.map(({ id }) => id);
    const organizations = new Set(contacts.map(({ organizationId }) => organizationId).filter(Boolean));
    const made = {};
    const makers = {
      W1: () => ids.slice(0, counts.W1).map((id) => ({ tenant, id })),
      W2: () => pages(rows, ours, tenant, counts.W2),
      W3: () => [...organizations].slice(0, counts.W3).map((id) => ({ tenant, id })),
      W4: () => narrow(rows, contacts, tenant, counts.W4),
      W5: () => broad(rows, tenant, counts.W5),
      W5f: () => made.W5 ?? broad(rows, tenant, counts.W5),
      W6: () => creations(world, ours, contacts, counts.W6),
      W7: () => identifiers(rows, ids, tenant, counts.W7),
      W8: () => Array.from({ length: counts.W8 }, (_, place) => ({ tenant, ids: entities(ids, place) })),
    };
    for (const workload of world.options.workloads) made[workload] = await makers[workload]();
    return made;
  });
}

/** Returns the ids of a hundred entities. */
const entities = (ids, place) => [...new Set(Array.from({ length: 100 }, (_, each) => ids[(place * 37 + each * 13) % ids.length]))];

/** Returns phone numbers and e-mail addresses of contacts that few others have. */
async function identifiers(rows, ids, tenant, count) {
  const values = await rows(
    `SELECT value FROM peers.contact_identifiers AS i
      WHERE tenant_id = $1 AND contact_id = ANY ($2)
        AND (SELECT count(*) FROM peers.contact_identifiers AS j WHERE j.tenant_id = $1 AND j.value = i.value) < 10
      ORDER BY md5(value) LIMIT $3`,
    ids,
    count,
  );
  return values.map(({ value }) => ({ tenant, value }));
}

/** Returns places in the order of creation: the peers' position, and the product's cursor of the same contact. */
async function pages(rows, ours, tenant, count) {
  const query = `query ($from: DateTime!) {
    contacts(first: 1, filter: { createdAt: { from: $from } }, orderBy: { field: CREATED_AT, direction: ASC }) {
      nodes { id } pageInfo { endCursor }
    }
  }`;
  const times = await rows(
    `SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS from
       FROM peers.contacts WHERE tenant_id = $1 ${SCATTERED} LIMIT $2`,
    count,
  );
  const cursors = new Map();
  for (const variables of times) {
    const { contacts } = (await ours.post("W2", { query, variables })).data;
    cursors.set(contacts.nodes[0].id.slice("contact_".length), contacts.pageInfo.endCursor);
  }
  const ofIds = "SELECT id, position FROM peers.contacts WHERE tenant_id = $1 AND id = ANY ($2)";
  const places = await rows(ofIds, [...cursors.keys()]);
  return places.map(({ id, position }) => ({ tenant, position, cursor: cursors.get(id) }));
}

/** Returns pairs of a first and a last name that few contacts have. */
async function narrow(rows, contacts, tenant, count) {
  const found = [];
  for (const { firstName, lastName } of contacts) {
    if (found.length === count) break;
    const words = [firstName.toLowerCase(), lastName.toLowerCase()];
    if (words[0] === words[1] || !words.every((word) => /^[a-z]{3,}$/.test(word))) continue;
    const [{ hits }] = await rows(
      `SELECT count(*) AS hits FROM peers.contacts
        WHERE tenant_id = $1 AND search_text LIKE '%' || $2 || '%' AND search_text LIKE '%' || $3 || '%'`,
      ...words,
    );
    if (hits < NARROW) found.push({ tenant, words });
  }
  return found;
}

/** Returns the most frequent first and last names. */
async function broad(rows, tenant, count) {
  const words = await rows(
    `SELECT word, count(*) AS count
       FROM (SELECT lower(first_name) AS word FROM peers.contacts WHERE tenant_id = $1
             UNION ALL
             SELECT lower(last_name) FROM peers.contacts WHERE tenant_id = $1) AS names
      WHERE word ~ '^[a-z]{3,}$'
      GROUP BY word ORDER BY count DESC, word LIMIT $2`,
    count,
  );
  return words.map(({ word }) => ({ tenant, word }));
}

/** Returns contacts to create, each with the rows that the product writes for it, for the limit to write the same. */
async function creations(world, ours, contacts, count) {
  const complete = contacts.filter(({ organizationId, city, title }) => organizationId && city && title);
  const wanted = complete.slice(0, count).map(({ id, ...contact }, place) => {
    const digits = String(2_000_000 + place * 7_919).slice(-7);
    return { tenant: world.tenant, contact: { ...contact, phones: [`+1312${digits}`], emails: [`peers${place}@new.example`] } };
  });
  const first = idsFromNow();
  for (const sample of wanted) {
    const { contact } = ours.server.facts("W6", (await ours.ask("W6", sample)).data);
    sample.written = await writtenRows(world, contact.id);
  }
  await clean({ ...world, sqliteFolder: undefined, words: createdWords(wanted) }, first);
  return wanted;
}

async function writtenRows({ cluster, database, tenant }, id) {
  const [{ contact, words, marks, timed }] = await cluster.query(
    database,
    `SELECT to_jsonb(c) AS contact, w.words, w.marks, w.timed
       FROM public.contacts AS c
            CROSS JOIN LATERAL (
            SELECT array_agg(word ORDER BY word) AS words, array_agg(marks ORDER BY word) AS marks,
                   array_agg(updated_at IS NOT NULL ORDER BY word) AS timed
              FROM public.search_words
             WHERE tenant_id = c.tenant_id AND word = ANY (string_to_array(c.search_text, ' '))
               AND sort_key = c.sort_name AND id = c.id) AS w
      WHERE c.tenant_id = $1 AND c.id = $2`,
    [tenant, id],
  );
  return { contact, words, marks, timed };
}

/** Returns the words of the contacts that are created, with their sort keys. */
export function createdWords(creations) {
  const all = creations.flatMap(({ written: { contact, words } }) => words.map((word) => [word, contact.sort_name]));
  return all.map(([word, sortKey]) => ({ word, sortKey }));
}
