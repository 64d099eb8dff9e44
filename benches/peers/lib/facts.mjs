// Shows that all servers answer the same facts.

import { isDeepStrictEqual } from "node:util";

import { WORKLOADS, takingPart } from "./workloads.mjs";

/** Returns lists without the objects of connections around them, and instants as milliseconds. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value.nodes)) {
    const { nodes, ...rest } = value;
    return Object.assign(nodes.map(plain), rest);
  }
  const entries = Object.entries(value).map(([name, each]) => [name, name === "createdAt" ? Date.parse(each) : plain(each)]);
  return Object.fromEntries(entries);
}

/** Returns the answer of a server in the form that all answers have. */
function factsOf(server, workload, data) {
  const answer = structuredClone((server.facts ?? ((_, each) => each))(workload, plain(data)));
  // These lists have no order of their own.
  if (workload === "W7" || workload === "W8") answer.contacts.sort((one, other) => (one.id < other.id ? -1 : 1));
  return answer;
}

/** Checks a workload and returns the mean size of each server's answers. */
async function checkWorkload(world, workload, fleet, all) {
  const chosen = spread(all, WORKLOADS[workload].samples);
  const asked = [];
  for (const running of fleet) asked.push({ running, ...(await answersOf(world, running, workload, chosen)) });
  const reference = asked.find(({ running }) => !running.server.resembles?.[workload]) ?? asked[0];
  for (const each of asked) if (each !== reference) compare(workload, chosen, reference, each);
  return new Map(asked.map(({ running, bytes }) => [running.name, bytes / chosen.length]));
}

async function answersOf(world, running, workload, chosen) {
  const answers = [];
  let bytes = 0;
  for (const sample of chosen) {
    const answer = await running.ask(workload, sample);
    bytes += answer.bytes;
    const facts = factsOf(running.server, workload, answer.data);
    if (workload === "W6") await checkCreated(world, running, sample, facts);
    answers.push(facts);
  }
  return { answers, bytes };
}

function compare(workload, chosen, reference, { running, answers }) {
  const equals = (_, own, theirs) => isDeepStrictEqual(own, theirs);
  const matches = running.server.resembles?.[workload] ?? equals;
  for (const [place, sample] of chosen.entries()) {
    const [own, theirs] = [answers[place], reference.answers[place]];
    if (matches(sample, own, theirs)) continue;
    const text = (value) => JSON.stringify(value).slice(0, 2000);
    throw new Error(
      `${workload}: ${running.name} and ${reference.running.name} differ for ${text(sample)}\n${text(own)}\n${text(theirs)}`,
    );
  }
}

/** Checks that the contact exists as it was asked for, and takes its id out of the facts. */
async function checkCreated({ cluster, database, tenant }, { name, server }, { contact: wanted, written }, facts) {
  const { id } = facts.contact;
  delete facts.contact.id;
  if (server.createsIn === "sqlite") return;
  const own = `${server.createsIn}.contacts AS c WHERE c.tenant_id = $1 AND c.id = $2`;
  const rows = await cluster.query(database, `SELECT first_name, title, organization_id FROM ${own}`, [tenant, id]);
  const expected = [{ first_name: wanted.firstName, title: wanted.title, organization_id: wanted.organizationId }];
  if (!isDeepStrictEqual(rows, expected)) throw new Error(`W6: ${name} did not create ${JSON.stringify(wanted)}`);
  if (server.createsIn !== "public") return;
  // The limit writes as much as the product.
  const [made] = await cluster.query(
    database,
    `SELECT w.words, w.timed,
            (SELECT count(*) FROM public.changes AS w WHERE w.tenant_id = c.tenant_id AND w.entity_id = c.id) AS changes
       FROM public.contacts AS c
            CROSS JOIN LATERAL (
            SELECT count(*) AS words, count(w.updated_at) AS timed
              FROM public.search_words AS w
             WHERE w.tenant_id = c.tenant_id AND w.id = c.id AND w.sort_key = c.sort_name AND w.word = ANY ($3)) AS w
      WHERE c.tenant_id = $1 AND c.id = $2`,
    [tenant, id, written.words],
  );
  const timed = written.timed.filter(Boolean).length;
  const expectedRows = { words: written.words.length, timed, changes: 1 };
  if (!isDeepStrictEqual({ ...made }, expectedRows)) throw new Error(`W6: ${name} wrote ${JSON.stringify(made)}`);
}

/** Returns values from all over a list. */
function spread(values, count) {
  const step = Math.max(1, Math.floor(values.length / count));
  return values.filter((_, place) => place % step === 0).slice(0, count);
}

/** Checks all workloads. Returns, for each, the mean size of each server's answers. */
export async function checkFacts(world, fleet, samples) {
  const sizes = new Map();
  for (const workload of world.options.workloads) {
    const asked = takingPart(workload, fleet);
    if (asked.length === 0) continue;
    sizes.set(workload, await checkWorkload(world, workload, asked, samples[workload]));
    const like = asked.filter(({ server }) => server.resembles?.[workload]).length;
    const equal = `${asked.length - like} servers answer the same facts`;
    process.stderr.write(`${workload}: ${equal}${like > 0 ? `, ${like} answer like ones` : ""}\n`);
  }
  return sizes;
}
