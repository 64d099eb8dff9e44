// The values that searches are made of: the most frequent ones, and samples from all over the data.

/** The numbers of contacts and notes in samples. */
const SAMPLED = 20_000;
/** The most frequent values of each kind: not all of them can be searched for as they are. */
const FREQUENT = 1000;
/** The largest organizations. */
const LARGEST = 20;
/** The most contacts with a rare name. */
const RARE = 3;

/** Reads the values of a tenant. */
export async function readValues({ rows, idText }, tenant) {
  const frequent = async (...columns) => {
    const listed = columns.join(", ");
    const exist = columns.map((column) => `${column} IS NOT NULL`).join(" AND ");
    const found = await rows(
      `SELECT ${listed}, count(*) AS count FROM contacts WHERE tenant_id = ${tenant} AND ${exist}
        GROUP BY ${listed} ORDER BY count DESC, ${listed} LIMIT ${FREQUENT}`,
    );
    return found.map((row) => columns.map((column) => row[column].toLowerCase()));
  };
  const contacts = await sampleOfContacts(rows, tenant);
  return {
    contacts,
    texts: (await sample(rows, "notes", "text", tenant)).map(({ text }) => text),
    firstNames: (await frequent("first_name")).flat(),
    lastNames: (await frequent("last_name")).flat(),
    pairs: await frequent("first_name", "last_name"),
    titles: (await frequent("title")).flat(),
    rareNames: await rareNames(rows, tenant),
    largest: await largestOrganizations(rows, idText, tenant),
    cities: mostFrequent(contacts.flatMap(({ addresses }) => addresses.map(({ city }) => city).filter(Boolean))),
    tags: mostFrequent(contacts.flatMap(({ tags }) => tags)),
  };
}

/** Returns rows from all over a table, the same ones each time. */
async function sample(rows, table, columns, tenant) {
  const [{ count }] = await rows(`SELECT count(*) AS count FROM ${table} WHERE tenant_id = ${tenant}`);
  const step = Math.max(1, Math.floor(count / SAMPLED));
  return rows(
    `SELECT ${columns} FROM (SELECT *, row_number() OVER (ORDER BY id) AS place FROM ${table} WHERE tenant_id = ${tenant}) AS t
      WHERE place % ${step} = 0 ORDER BY place`,
  );
}

async function sampleOfContacts(rows, tenant) {
  const lists = ["tags", "phone_numbers", "email_addresses", "addresses"];
  const organization = `(SELECT name FROM organizations AS o WHERE o.tenant_id = t.tenant_id AND o.id = t.organization_id)`;
  const columns = `first_name, middle_name, last_name, title, ${organization} AS organization, ${lists.join(", ")}`;
  const found = await sample(rows, "contacts", columns, tenant);
  // SQLite keeps lists as texts.
  const parsed = (value) => (typeof value === "string" ? JSON.parse(value) : value);
  return found.map((row) => ({ ...row, ...Object.fromEntries(lists.map((list) => [list, parsed(row[list])])) }));
}

async function rareNames(rows, tenant) {
  const found = await rows(
    `SELECT last_name FROM contacts WHERE tenant_id = ${tenant} AND last_name IS NOT NULL
      GROUP BY last_name HAVING count(*) <= ${RARE} ORDER BY last_name`,
  );
  return found.map((row) => row.last_name.toLowerCase());
}

async function largestOrganizations(rows, idText, tenant) {
  return rows(
    `SELECT ${idText("o.id")} AS id, o.name, c.count
       FROM (SELECT organization_id, count(*) AS count FROM contacts
              WHERE tenant_id = ${tenant} AND organization_id IS NOT NULL
              GROUP BY organization_id ORDER BY count DESC, organization_id LIMIT ${LARGEST}) AS c
            JOIN organizations AS o ON o.tenant_id = ${tenant} AND o.id = c.organization_id
      ORDER BY c.count DESC, o.id`,
  );
}

/** Returns how often each value occurs, the most frequent ones first. */
export function counted(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([one, its], [other, theirs]) => theirs - its || (one < other ? -1 : 1));
}

/** Returns the distinct values, the most frequent ones first. */
export const mostFrequent = (values) => counted(values).map(([value]) => value);
