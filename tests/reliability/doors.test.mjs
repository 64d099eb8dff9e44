// Doors between tenants: every argument and input field that takes an id, a cursor or a text, through every transport.
// A caller of one tenant gives the values of another tenant's records: the answer must be the one for a value that does
// not exist, and nothing of the other tenant is read or changed.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { buildSchema, getNamedType, isEnumType } from "graphql";

import { MUTATIONS, marker, request } from "./crash/mutations.mjs";
import { Workload } from "./crash/workload.mjs";
import { EnumValue, doors } from "./doors/generate.mjs";
import { documentId, transports } from "./doors/transports.mjs";
import { ENGINES, open } from "./support/database.mjs";
import { Server, command, folder, post } from "./support/program.mjs";
import { SEED } from "./support/random.mjs";
import { LONG, counting } from "./support/story.mjs";
import { sleep, until } from "./support/wait.mjs";

const test = counting("doors");
const schema = buildSchema(command("schema"));
const KINDS = ["contact", "organization", "relationship", "note", "interaction", "wrapUpCode", "user"];
/** The number of words of theirs: more than there are doors of mutations that take a text, each of which is given its own. */
const WORDS = 800;
/** The prefix of each kind's ids. */
const PREFIX = { wrapUpCode: "wrap_up_code" };
/** The kinds whose deleted records are in the trash, and the doors that take one. */
const TRASHED = ["contact", "organization", "relationship", "note"];
const OF_TRASH = /trash|restore/i;

for (const engine of ENGINES) {
  test(`${engine}: no door between tenants is open (seed ${SEED})`, async () => {
    const world = await World.start(engine);
    try {
      await world.run();
      console.log(`figure: doors ${engine}: ${world.places} places, ${world.tried} doors tried, 0 open; ${world.openToOwner} open to their owner; ${world.compared} with equal statements`);
    } finally {
      await world.end();
    }
  });

  test(`${engine}: no subscription crosses from one tenant to another`, async () => {
    const world = await World.start(engine);
    try {
      console.log(`figure: doors ${engine}: ${await world.subscribe()} subscriptions, 0 open`);
    } finally {
      await world.end();
    }
  });
}

/** A server with two tenants: `theirs`, whose values are tried, and `ours`, whose caller tries them. */
class World {
  tried = 0;
  /** The door of each request, by its id. */
  names = {};

  static async start(engine) {
    const world = new World();
    world.place = folder();
    world.database = await open(engine);
    // One caller tries all doors at once, which is more than the default lets a caller ask for.
    world.server = await new Server(world.database, ["--cost-per-second", "1000000000", "--max-waiting", "100000"]).up();
    world.server.tenant("theirs");
    world.server.tenant("ours");
    [world.theirs, world.ours] = [world.server.token("theirs"), world.server.token("ours", "--subject", "agent")];
    world.workload = new Workload(SEED, join(world.place.path, "operations.jsonl"));
    const isComplete = () =>
      world.workload.count("acknowledged") > WORDS &&
      KINDS.every((kind) => world.workload.pool.records[kind].size > 1) &&
      TRASHED.every((kind) => world.theirDeletedId(kind));
    // The last answers may restore or purge the only deleted record of a kind.
    while (!isComplete()) {
      world.workload.start(world.server, world.theirs);
      await until("their tenant has records of every kind", isComplete);
      await world.workload.stop();
    }
    world.own = await ownRecords(world.server, world.ours);
    return world;
  }

  /** Tries every door with each value of theirs, and compares their rows before and after. */
  async run() {
    const all = [...doors(schema, (name, place, type) => this.ownValue(name, place, type)), ...(await this.entityDoors())];
    this.places = all.length;
    await this.trust(all);
    const before = await this.theirRows();
    const clients = transports(this.server.url, this.ours);
    const ways = Object.entries(clients.all);
    const open = [];
    for (const door of all) {
      // A change that succeeds does so as an update in both cases.
      if (door.operation === "mutation" && door.kind === "text") await clients.all.post(door.document, { value: newText() });
      for (const value of await this.valuesFor(door)) {
        // The short form gives each value by one transport, in turn.
        const chosen = LONG ? ways : [ways[this.tried % ways.length]];
        for (const [transport, send] of chosen) open.push(...(await this.pass(door, value, transport, send)));
      }
    }
    clients.dispose();
    this.openToOwner = await this.countOpenToOwner(all);
    assert.ok(this.openToOwner > 20, `only ${this.openToOwner} doors are open to their owner: too few to show anything`);
    assert.deepEqual(open.slice(0, 5), [], `${open.length} doors are open`);
    await this.compareStatements();
    assert.deepEqual(await this.theirRows(), before, "rows of the other tenant changed");
  }

  /**
   * Both answers of a door took the same number of statements, as the server's log has it: time tells nothing either. A
   * change that met another and was tried again took more, so that a door is open only if all of its pairs differ.
   */
  async compareStatements() {
    const counts = new Map(this.server.lines.map((line) => [line.match(/ request=(door-\S+)/)?.[1], line.match(/statements=(\d+)/)?.[1]]));
    const of = (id) => counts.get(id);
    this.compared = 0;
    const pairs = {};
    for (const [id, name] of Object.entries(this.names)) {
      const [known, unknown] = [of(`${id}-known`), of(`${id}-unknown`)];
      if (known === undefined || unknown === undefined) continue;
      this.compared += 1;
      (pairs[name] ??= []).push({ known, unknown });
    }
    const different = Object.entries(pairs).filter(([, all]) => all.every(({ known, unknown }) => known !== unknown));
    assert.ok(this.compared > 300, `only ${this.compared} were compared`);
    assert.deepEqual(different, []);
  }

  /** Counts the queries that give their owner another answer than for a value that does not exist. */
  async countOpenToOwner(all) {
    const clients = transports(this.server.url, this.theirs);
    let count = 0;
    for (const door of all.filter(({ operation, kind }) => operation === "query" && kind === "id")) {
      for (const { known, unknown } of await this.valuesFor(door)) {
        const [found, other] = [known, unknown(known)];
        const answers = await Promise.all([found, other].map((value) => clients.all.post(door.document, { value })));
        if (masked(answers[0], found) !== masked(answers[1], other)) count += 1;
      }
    }
    clients.dispose();
    return count;
  }

  /** Restarts the server with every document of the doors as a trusted one. */
  async trust(all) {
    const documents = join(this.place.path, "documents");
    mkdirSync(documents);
    all.forEach(({ document }) => writeFileSync(join(documents, `${documentId(document).slice(7)}.graphql`), document));
    await this.server.stop();
    this.server.extra.push("--documents", documents);
    await this.server.up();
  }

  /** Gives a value of theirs and one that does not exist to a door; returns the differences. */
  async pass(door, { known, unknown }, transport, send) {
    this.tried += 1;
    const value = typeof known === "function" ? known() : known;
    const other = unknown(value);
    const id = `door-${this.tried}`;
    await this.prepare(door);
    const found = masked(await send(door.document, { value }, `${id}-known`), value);
    await this.prepare(door);
    const expected = masked(await send(door.document, { value: other }, `${id}-unknown`), other);
    this.names[id] = `${door.name} by ${transport}: ${value}`;
    const leaked = this.secrets.filter((secret) => found.includes(secret));
    // A door that the server does not even read would be closed to everyone.
    if (/GRAPHQL_(VALIDATION|PARSE)_FAILED|PERSISTED|LIMIT_EXCEEDED/.test(found)) return [{ door: door.name, transport, found, document: door.document }];
    if (found === expected && leaked.length === 0) return [];
    const place = [...found].findIndex((letter, index) => letter !== expected[index]);
    const [shown, instead] = [found, expected].map((text) => text.slice(Math.max(0, place - 60), place + 200));
    return [{ door: door.name, transport, value, other, shown, instead, leaked }];
  }

  /** Sees to it that both values of a door meet the same records of ours. */
  async prepare(door) {
    await this.emptyLists(door);
    await this.removeCreated(door);
  }

  /** Deletes the records that doors made, before one that makes another: it tells those that are like the new one. */
  async removeCreated({ name }) {
    if (!/^mutation\.create(Contact|Organization)s?\(/.test(name)) return;
    const query = "{ contacts(first: 100) { nodes { id } } organizations(first: 100) { nodes { id } } }";
    const { body } = await post(this.server.url, this.ours, { query });
    const { contacts, organizations } = body.data;
    for (const [mutation, { nodes }, own] of [
      ["deleteContact", contacts, this.own.contact],
      ["deleteOrganization", organizations, this.own.organization],
    ]) {
      for (const { id } of nodes.filter((each) => each.id !== own)) await post(this.server.url, this.ours, request({ name: mutation, input: { id } }));
    }
  }

  /** Empties the lists of our own records before a door that adds to them, so that both of its values are added alone. */
  async emptyLists({ name }) {
    if (!name.includes(".lists.add")) return;
    const { contact, organization } = this.own;
    const lists = { phoneNumbers: [], emailAddresses: [], socialHandles: [] };
    for (const change of [
      { name: "updateContact", input: { id: contact, tags: [], externalIds: [], ...lists } },
      { name: "updateOrganization", input: { id: organization, tags: [], externalIds: [], websites: [] } },
    ]) {
      await post(this.server.url, this.ours, request(change));
    }
  }

  /** The values of theirs that a door is tried with. */
  async valuesFor({ kind, list, name, operation }) {
    if (kind === "id") {
      const deleted = OF_TRASH.test(name) ? TRASHED.map((each) => this.theirDeletedId(each)) : [];
      return [...KINDS.map((each) => this.theirId(each)), ...deleted].map((known) => ({ known, unknown: randomId }));
    }
    if (kind === "text") return [{ known: () => this.theirText(operation), unknown: () => newText() }];
    const cursors = await this.theirCursors();
    return [cursors.get(list), cursors.get("query.changes"), cursors.get("query.contacts")]
      .filter(Boolean)
      .map((known) => ({ known, unknown: withOtherId }));
  }

  theirId(kind) {
    return [...this.workload.pool.records[kind].values()].at(-1).id;
  }

  theirDeletedId(kind) {
    return [...this.workload.pool.deleted].findLast(([, each]) => each === kind)?.[0];
  }

  /** A word of theirs that no door was given before. It is a name, a title, a tag, an external id and more. */
  theirText(operation) {
    const words = this.workload.operations.filter(({ outcome }) => outcome === "acknowledged").map(({ number }) => marker(number));
    this.given = operation === "mutation" ? (this.given ?? 0) + 1 : (this.given ?? 0);
    assert.ok(this.given < words.length, `only ${words.length} words of theirs`);
    return words[this.given];
  }

  /** Cursors of all their lists. */
  async theirCursors() {
    this.cursors ??= await this.readCursors();
    return this.cursors;
  }

  async readCursors() {
    const cursors = new Map();
    const read = async (name, field, args, wrap) => {
      const query = `{ ${wrap(`list: ${field.name}(${["first: 1", ...args].join(", ")}) { pageInfo { endCursor } }`)} }`;
      const { body } = await post(this.server.url, this.theirs, { query });
      const cursor = (body.data?.list ?? body.data?.node?.list)?.pageInfo?.endCursor;
      if (cursor) cursors.set(name, cursor);
    };
    const isList = (field) => field.args.some(({ name }) => name === "after");
    const word = { query: "eve", number: "+12025550123", address: "x@example.com", domain: "example.com" };
    for (const field of Object.values(schema.getQueryType().getFields()).filter(isList)) {
      const args = field.args.filter(({ name }) => name in word).map(({ name }) => `${name}: ${JSON.stringify(word[name])}`);
      await read(`query.${field.name}`, field, args, (inner) => inner);
    }
    for (const type of schema.getPossibleTypes(schema.getType("Node"))) {
      const kind = KINDS.find((each) => each.toLowerCase() === type.name.toLowerCase());
      for (const field of Object.values(type.getFields()).filter(isList)) {
        await read(`${type.name}.${field.name}`, field, [], (inner) => `node(id: "${this.theirId(kind)}") { ... on ${type.name} { ${inner} } }`);
      }
    }
    assert.ok(cursors.size > 8, `cursors of ${[...cursors.keys()]}`);
    return cursors;
  }

  /** The doors of gateways, which introspection does not show. */
  async entityDoors() {
    const { body } = await post(this.server.url, this.ours, { query: "{ _service { sdl } }" });
    const keys = [...body.data._service.sdl.matchAll(/^type (\w+)[^{]*?@key\(fields: "id"/gm)].map(([, name]) => name);
    assert.ok(keys.length > 5, `entities ${keys}`);
    return keys.map((name) => ({
      name: `_entities(${name})`,
      operation: "query",
      kind: "id",
      document: `query Door($value: ID!) { _entities(representations: [{ __typename: "${name}", id: $value }]) { __typename ... on ${name} { id } } }`,
    }));
  }

  /** A value of our own for an argument that must be there. */
  ownValue(name, place, type) {
    if (name === "id") return this.own[kindOf(place)] ?? this.own.contact;
    if (name === "expectedVersion") return 1;
    const byName = {
      subjectId: this.own.contact,
      userId: this.own.user,
      fromUserId: this.own.user,
      toUserId: this.own.colleague,
      organizationId: this.own.organization,
      codeId: this.own.wrapUpCode,
    };
    if (name in byName) return byName[name];
    if (name === "ids") return [this.own.contact];
    const named = getNamedType(type);
    if (isEnumType(named)) return new EnumValue(named.getValues()[0].name);
    const byType = { String: newText(), ID: this.own.contact, Int: 1, Boolean: true, DateTime: "2026-01-01T00:00:00Z", Decimal: "1", URL: "https://own.example.com/" };
    if (named.name === "String" && name === "currency") return "EUR";
    if (named.name in byType) return byType[named.name];
    // An input object whose fields are all optional, or a key.
    return named.isOneOf ? { externalId: { source: "crm", value: newText() } } : this.ownObject(named, place);
  }

  ownObject(type, place) {
    const needed = Object.values(type.getFields()).filter((field) => String(field.type).endsWith("!"));
    return Object.fromEntries(needed.map((field) => [field.name, this.ownValue(field.name, place, field.type)]));
  }

  /** The rows of their tenant, in every table. */
  async theirRows() {
    const tenants = await this.database.rows("tenants");
    const { id } = tenants.find(({ name }) => name === "theirs");
    const rows = {};
    for (const table of TABLES) {
      const own = (await this.database.rows(table)).filter((row) => row.tenant_id === id);
      rows[table] = own.map((row) => JSON.stringify(row)).sort();
    }
    assert.ok(rows.contacts.length > 5 && rows.changes.length > 50, "their rows are read");
    return rows;
  }

  /** Follows with their ids and cursors. What comes is what comes for a value that does not exist, and nothing of theirs. */
  async subscribe() {
    const clients = transports(this.server.url, this.ours);
    const cursors = await this.theirCursors();
    const tries = [
      ...KINDS.flatMap((kind) => ["contactId", "organizationId"].map((name) => ({ name, value: this.theirId(kind), other: randomId(this.theirId(kind)) }))),
      { name: "after", value: cursors.get("query.changes"), other: withOtherId(cursors.get("query.changes")) },
    ];
    const streams = [];
    let count = 0;
    for (const { name, value, other } of tries) {
      for (const client of [clients.socket, clients.events]) {
        count += 1;
        streams.push({ name, value, seen: [follow(client, name, value), follow(client, name, other)] });
        // A connection has a limit of operations.
        if (streams.length % 8 === 0) await this.settle(streams);
      }
    }
    await this.settle(streams);
    clients.dispose();
    return count;
  }

  /** Makes changes in both tenants, waits until ours have come to who follows ours, and compares. */
  async settle(streams) {
    const clients = transports(this.server.url, this.ours);
    const control = follow(clients.socket, "entities", ["CONTACT"]);
    const create = (token) => post(this.server.url, token, { query: `mutation { createContact(input: { lastName: "${newText()}" }) { contact { id } } }` });
    await until("our changes come", async () => {
      await create(this.theirs);
      await create(this.ours);
      await sleep(50);
      return control.results.length > 2;
    });
    const change = { name: "updateContact", input: { id: this.theirId("contact"), title: newText() } };
    await post(this.server.url, this.theirs, request(change));
    await sleep(200);
    for (const { name, value, seen: [found, expected] } of streams.splice(0)) {
      found.stop();
      expected.stop();
      const [text, other] = [found, expected].map(({ results, ended }) => [...new Set(results.map(kindOfResult)), ended?.map?.(({ message, extensions }) => [message, extensions])]);
      assert.deepEqual(text, other, `${name}: ${value}`);
      const all = JSON.stringify(found.results);
      for (const secret of this.secrets) assert.ok(!all.includes(secret), `${name}: ${value}: ${all}`);
    }
    control.stop();
    clients.dispose();
  }

  /** The ids of their records, which must not be seen. Words may be echoed, since the caller gave them. */
  get secrets() {
    const { records, deleted } = this.workload.pool;
    this.ids ??= [...KINDS.flatMap((kind) => [...records[kind].values()].map(({ id }) => id)), ...deleted.keys()];
    return this.ids;
  }

  async end() {
    await this.server.drop();
    await this.database.drop();
    this.place.drop();
  }
}

const TABLES = [
  "users", "organizations", "contacts", "external_ids", "relationships", "notes", "wrap_up_codes", "interactions",
  "interaction_agents", "wrap_ups", "search_words", "vocabulary", "changes", "entity_room",
  "trashed_records", "undo_records", "undo_links", "unsettled_records", "transfers", "aliases", "merges",
];

/** One of each kind in our tenant, by the same mutations. */
async function ownRecords(server, token) {
  const own = {};
  const run = async (name, input) => {
    const { body } = await post(server.url, token, request({ name, input }));
    const record = body.data?.answer?.[MUTATIONS[name].kind];
    assert.ok(record, JSON.stringify(body));
    return record.id;
  };
  own.organization = await run("createOrganization", { name: "Own Works" });
  own.contact = await run("createContact", { lastName: "Own", organizationId: own.organization });
  own.user = await run("upsertUser", { subject: "own-agent", name: "Own Agent" });
  own.colleague = await run("upsertUser", { subject: "own-colleague", name: "Own Colleague" });
  own.relationship = await run("createRelationship", { userId: own.user, organizationId: own.organization, type: "Own" });
  own.note = await run("createNote", { subjectId: own.contact, text: "Own" });
  own.wrapUpCode = await run("createWrapUpCode", { name: "Own" });
  const call = { mediaType: "CALL", direction: "INBOUND", startedAt: "2026-01-01T00:00:00Z", contactId: own.contact };
  own.interaction = await run("recordInteraction", call);
  return own;
}

/** The kind that a field or a type is about. */
function kindOf(place) {
  return [...KINDS].sort((a, b) => b.length - a.length).find((kind) => place.toLowerCase().includes(kind.toLowerCase()));
}

const randomId = (id) => `${id.slice(0, id.lastIndexOf("_") + 1)}${randomV7()}`;
const randomV7 = () => randomUUID().replace(/^(.{14})4/, "$17");
let texts = 0;
/** A new word, as long as theirs. No other has its digits: those of a phone number are words, and take statements if they change. */
const newText = () => `zr${10_000 + texts++}`;

/** The same position in a list, of a record that does not exist. */
function withOtherId(cursor) {
  const value = JSON.parse(Buffer.from(cursor, "base64url").toString());
  return Buffer.from(JSON.stringify({ ...value, i: randomV7() })).toString("base64url");
}

/** An answer without what is new in each: the given value, and the ids, times and versions of records that it made. */
function masked(answer, value) {
  return answer
    .replaceAll(value, "«value»")
    .replaceAll(/[a-z_]+_[0-9a-f]{8}-[0-9a-f-]{27}/g, "«id»")
    .replaceAll(/\d{4}-\d\d-\d\dT[0-9:.]+Z/g, "«time»")
    .replaceAll(/"(\w*version)":\d+/gi, '"$1":«version»')
    .replaceAll(/zr[0-9a-z]{5}/g, "«new»");
}

function follow(client, name, value) {
  const type = { after: "String", entities: "[EntityKind!]" }[name] ?? "ID";
  const query = `subscription($value: ${type}) { changes(${name}: $value) { kind entityId entity { __typename } } }`;
  const stream = { results: [], ended: null };
  stream.stop = client.subscribe(
    { query, variables: { value } },
    { next: (result) => stream.results.push(result), error: (errors) => (stream.ended = [errors].flat()), complete: () => {} },
  );
  return stream;
}

const kindOfResult = ({ data, errors }) => JSON.stringify([data?.changes?.kind, errors?.map(({ message }) => message)]);
