// Latencies under contention: `PROGRAM=… node contention.mjs [ROUNDS]` prints, for both engines, the time until the server
// answers after many clients gave up, and the latencies of mutations that 16 clients send at once for the same records.
// Measure a release build on a machine at rest.

import { HEAVY, LIGHT } from "./overload/load.mjs";
import { withServer } from "./overload/measure.mjs";
import { ENGINES } from "./support/database.mjs";
import { post } from "./support/program.mjs";

const AT_ONCE = 16;
const GIVING_UP = 200;
/** More than one caller may spend and send at once by default. */
const UNLIMITED = ["--cost-per-second", "1000000000", "--max-waiting", "10000"];

const rounds = Number(process.argv[2] ?? 20);

/** Returns the latency of a request in milliseconds. */
async function timed(server, token, body) {
  const start = performance.now();
  const answer = await post(server.url, token, body);
  if (answer.body.errors) throw new Error(JSON.stringify(answer.body.errors));
  return [performance.now() - start, Object.values(answer.body.data)[0]];
}

function percentiles(latencies) {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms of ${sorted.length}`;
}

async function afterClientsGaveUp(server, token) {
  const latencies = [];
  for (let round = 0; round < rounds; round += 1) {
    const given = Array.from({ length: GIVING_UP }, () =>
      post(server.url, token, { query: HEAVY }, { signal: AbortSignal.timeout(50) }).catch(() => null),
    );
    await Promise.all(given);
    latencies.push((await timed(server, token, { query: LIGHT }))[0]);
  }
  return latencies;
}

const mutation = (name, input) => ({
  query: `mutation($input: ${name[0].toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { userErrors { code field message } } }`,
  variables: { input },
});

/** Makes the records of a round, and returns pairs of mutations for them. */
async function pairs(server, token, round) {
  const make = async (name, noun, input) => {
    const { query, variables } = mutation(name, input);
    const [, payload] = await timed(server, token, { query: query.replace("userErrors", `${noun} { id } userErrors`), variables });
    return payload[noun].id;
  };
  const organization = await make("createOrganization", "organization", { name: "Contention" });
  const contact = await make("createContact", "contact", { lastName: "Contention", organizationId: organization });
  const [one, other] = await Promise.all(
    ["one", "other"].map((name) => make("upsertUser", "user", { subject: `${name} of ${round}` })),
  );
  const key = { source: "contention", value: `${round}` };
  return {
    "upserts of one key": [(n) => mutation("upsertContact", { key: { externalId: key }, lastName: `Nr ${n}` })],
    "primary contact and employer": [
      () => mutation("updateOrganization", { id: organization, primaryContactId: contact }),
      (n) => mutation("updateContact", { id: contact, organizationId: organization, title: `Nr ${n}` }),
    ],
    "transfers and relationships": [
      (n) => mutation("transferRelationships", n % 4 === 0 ? { fromUserId: one, toUserId: other } : { fromUserId: other, toUserId: one }),
      (n) => mutation("createRelationship", { userId: n % 4 === 1 ? one : other, organizationId: organization, type: "Owner" }),
    ],
  };
}

/** Returns the latencies of each pair of mutations. */
async function contention(server, token) {
  const latencies = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, makers] of Object.entries(await pairs(server, token, round))) {
      const sent = Array.from({ length: AT_ONCE }, (_, n) => timed(server, token, makers[n % makers.length](n)));
      for (const [latency] of await Promise.all(sent)) (latencies[name] ??= []).push(latency);
    }
  }
  return latencies;
}

for (const engine of ENGINES) {
  const given = (server) => afterClientsGaveUp(server, server.token());
  const latencies = await withServer(engine, given, [...UNLIMITED, "--connections", "2"]);
  console.log(`${engine}: an answer after ${GIVING_UP} clients gave up, 2 connections: ${percentiles(latencies)}`);

  const contended = (server) => contention(server, server.token());
  for (const [name, list] of Object.entries(await withServer(engine, contended, UNLIMITED))) {
    console.log(`${engine}: ${name}, ${AT_ONCE} at once: ${percentiles(list)}`);
  }
}
