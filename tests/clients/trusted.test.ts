// Trusted documents: the manifest that the generator writes is what a server is started with, and clients send hashes.

import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";

import { ApolloClient, type DocumentNode, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";

import { ContactsPage } from "./operations/contacts";
import { program } from "./support/server";

const MANIFEST = "generated/graphql/persisted-documents.json";

const data = mkdtempSync(join(tmpdir(), "external-contacts-"));
let server: ChildProcess;
let endpoint: string;
let headers: Record<string, string>;

before(async () => {
  server = spawn(
    program,
    ["serve", "--dev", "--data", data, "--listen", "127.0.0.1:0", "--documents", MANIFEST, "--only-documents"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  for await (const line of createInterface(server.stdout!)) {
    const address = line.match(/http:\/\/127\.0\.0\.1:\d+/);
    if (address) endpoint = `${address[0]}/graphql`;
    if (address) break;
  }
  const token = execFileSync(program, ["token", "--data", data], { encoding: "utf8" }).trim();
  headers = { Authorization: `Bearer ${token}` };
});

after(() => {
  server.kill();
  rmSync(data, { recursive: true, force: true });
});

test("a document of the manifest is run by its id", async () => {
  const { status, answer } = await send({ documentId: hash(ContactsPage), variables: { first: 1 } });

  assert.equal(status, 200);
  assert.equal(answer.errors, undefined);
  assert.deepEqual(answer.data.contacts.edges, []);
});

test("no other document is", async () => {
  const { status, answer } = await send({ query: "{ viewer { permissions } }" });

  assert.equal(status, 400);
  assert.equal(answer.data, undefined);
  assert.match(answer.errors[0].message, /documentId/);
});

test("Apollo Client sends the hash as a persisted query", async () => {
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: new PersistedQueryLink({ generateHash: (document) => hash(document).replace("sha256:", "") }).concat(
      new HttpLink({ uri: endpoint, headers }),
    ),
  });
  const { data } = await client.query({ query: ContactsPage, variables: { first: 1 } });

  assert.deepEqual(data?.contacts?.edges, []);
});

/** The manifest that the generator wrote next to the document. */
function hash(document: DocumentNode): string {
  return (document as unknown as { __meta__: { hash: string } }).__meta__.hash;
}

async function send(body: unknown) {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json", Accept: "application/graphql-response+json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: (await response.json()) as any };
}
