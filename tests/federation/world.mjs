// The set-up of the tests: a tenant of their own on the running server, a second subgraph, the composition of both, and
// the gateways in front. Between gateways and server, a recorder passes every request on and keeps it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { billing, serveBilling } from './billing.mjs';

const { ADDRESS, PROGRAM, DATA } = process.env;
if (!ADDRESS || !PROGRAM || !DATA) throw new Error('set ADDRESS, PROGRAM and DATA');

const folder = mkdtempSync(join(tmpdir(), 'federation-'));
const file = (name) => join(folder, name);
export const here = (name) => new URL(name, import.meta.url).pathname;
const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });

export const server = `${ADDRESS}/graphql`;
const tenant = `federation-${Date.now()}`;
run(PROGRAM, 'tenant', 'create', tenant, '--data', DATA);

/** A token of the tests' tenant; with every permission when none are named. */
export function token(...permissions) {
  const some = permissions.length > 0 ? ['--permissions', permissions.join(',')] : [];
  return run(PROGRAM, 'token', '--data', DATA, '--tenant', tenant, ...some).trim();
}
export const all = token();
export const ofAnotherTenant = run(PROGRAM, 'token', '--data', DATA).trim();
export const may = (...kinds) => token(...kinds.map((kind) => `externalContacts:${kind}:view`));

/** Sends an operation; gives the status and the answer's parts. */
export async function ask(url, query, variables = {}, bearer = all, accept = 'application/json') {
  const headers = { 'content-type': 'application/json', accept };
  if (bearer) headers.authorization = `Bearer ${bearer}`;
  const body = JSON.stringify({ query, variables });
  const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(20_000) });
  return { status: response.status, errors: [], ...(await response.json()) };
}

/** The codes of an answer's errors, each once. */
export const codes = ({ errors }) => [...new Set(errors.map((error) => error.extensions?.code))];

async function listen(listener) {
  await new Promise((ready) => listener.listen(0, '127.0.0.1', ready));
  return `http://127.0.0.1:${listener.address().port}`;
}

// --- the recorder

/** The requests to the server and their answers since the last `forget`. */
export const recorded = [];
export const forget = () => recorded.splice(0);
/** The requests for entities among them. */
export const fetches = () => recorded.filter(({ query }) => query.includes('_entities'));

const recorder = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray());
  const { host, connection, 'content-length': length, ...headers } = request.headers;
  const answered = await fetch(`${ADDRESS}${request.url}`, { method: request.method, headers, body });
  const text = await answered.text();
  recorded.push({
    ...JSON.parse(body),
    authorization: headers.authorization,
    status: answered.status,
    answer: JSON.parse(text),
  });
  response.writeHead(answered.status, { 'content-type': answered.headers.get('content-type') });
  response.end(text);
});

// --- composition

export const subgraph = run(PROGRAM, 'schema', '--federation');
writeFileSync(file('external-contacts.graphql'), subgraph);
writeFileSync(file('billing.graphql'), billing);
const second = serveBilling();
export const composed = run(
  process.execPath,
  here('compose.mjs'),
  ...['external-contacts', `${await listen(recorder)}/graphql`, file('external-contacts.graphql')],
  ...['billing', await listen(second), file('billing.graphql')],
);
writeFileSync(file('supergraph.graphql'), composed);

// --- gateways

const gateways = [];

/** Starts a gateway on a free port, in a process of its own; gives where it listens. */
export async function start(script) {
  const args = [here(script), file('supergraph.graphql'), '0'];
  const gateway = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  gateways.push(gateway);
  let log = '';
  gateway.stderr.on('data', (chunk) => (log += chunk));
  for await (const line of createInterface({ input: gateway.stdout })) {
    const url = /^listening at (\S+)/.exec(line)?.[1];
    if (url) {
      gateway.stdout.resume();
      return url;
    }
    log += `${line}\n`;
  }
  throw new Error(`${script} did not come up:\n${log}`);
}

/** Ends everything that was started here. */
export async function end() {
  const isOver = ({ exitCode, signalCode }) => exitCode !== null || signalCode !== null;
  const ended = (gateway) => new Promise((done) => (isOver(gateway) ? done() : gateway.once('exit', done)));
  const left = setTimeout(() => gateways.forEach((gateway) => gateway.kill('SIGKILL')), 5_000);
  gateways.forEach((gateway) => gateway.kill('SIGTERM'));
  await Promise.all(gateways.map(ended));
  clearTimeout(left);
  for (const listener of [recorder, second]) {
    listener.close();
    listener.closeAllConnections();
  }
  rmSync(folder, { recursive: true });
}

// --- the tenant's data

async function change(mutation, variables) {
  const { data, errors } = await ask(server, mutation, variables);
  const refused = Object.values(data ?? {}).flatMap((payload) => payload?.userErrors ?? []);
  if (!data || errors.length > 0 || refused.length > 0) throw new Error(JSON.stringify({ errors, refused }));
  return data;
}

const refusals = 'userErrors { message }';
const made = [];
for (let first = 0; first < 101; first += 20) {
  const count = Math.min(20, 101 - first);
  const fields = Array.from({ length: count }, (_, index) => {
    const name = `Company ${first + index}`;
    return `c${index}: createOrganization(input: {name: "${name}"}) { organization { id name } ${refusals} }`;
  });
  made.push(...Object.values(await change(`mutation { ${fields.join(' ')} }`)).map((payload) => payload.organization));
}
/** 101 organizations, `id` and `name`. */
export const organizations = made;

const organizationId = organizations[0].id;
const { viewer } = (await ask(server, '{ viewer { user { id } } }')).data;
const others = await change(
  `mutation ($contact: CreateContactInput!, $note: CreateNoteInput!, $relationship: CreateRelationshipInput!,
      $interaction: RecordInteractionInput!, $wrapUpCode: CreateWrapUpCodeInput!) {
    contact: createContact(input: $contact) { contact { id } ${refusals} }
    note: createNote(input: $note) { note { id } ${refusals} }
    relationship: createRelationship(input: $relationship) { relationship { id } ${refusals} }
    interaction: recordInteraction(input: $interaction) { interaction { id } ${refusals} }
    wrapUpCode: createWrapUpCode(input: $wrapUpCode) { wrapUpCode { id } ${refusals} }
  }`,
  {
    contact: { lastName: 'Lovelace', organizationId },
    note: { text: 'pays late', subjectId: organizationId },
    relationship: { type: 'Seller', organizationId, userId: viewer.user.id },
    interaction: { mediaType: 'CALL', direction: 'INBOUND', startedAt: '2026-01-01T10:00:00Z', organizationId },
    wrapUpCode: { name: 'Resolved' },
  },
);

/** The id of one entity of each kind. */
export const one = {
  Contact: others.contact.contact.id,
  Interaction: others.interaction.interaction.id,
  Note: others.note.note.id,
  Organization: organizations[0].id,
  Relationship: others.relationship.relationship.id,
  User: viewer.user.id,
  WrapUpCode: others.wrapUpCode.wrapUpCode.id,
};
/** A well-formed id that no record has. */
export const nobody = (kind) => one[kind].replace(/_.*/, '_00000000-0000-7000-8000-000000000000');
