// The pool of connections: DATABASE_URL, and POOL connections.

import pg from "pg";

const INT8 = 20;
pg.types.setTypeParser(INT8, Number);

export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.POOL) });

/** Returns the rows of a statement. One with a name is prepared once for each connection. */
export async function rows(name, text, values) {
  return (await pool.query({ name, text, values })).rows;
}

export const CONTACT = `c.id, c.first_name AS "firstName", c.middle_name AS "middleName", c.last_name AS "lastName", c.title,
  c.phones, c.emails, c.city, c.country, c.created_at AS "createdAt", c.organization_id AS "organizationId"`;
