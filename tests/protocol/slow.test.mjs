// Clients that do not read their answers: they are closed, with a reason where possible, and their answers are not kept in memory.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { after } from "node:test";

import { getIntrospectionQuery } from "graphql";
import WebSocket from "ws";

import { counting, post, serve, sleep, token } from "./server.mjs";

const test = counting("slow consumers");
// The server says at this level why it closes a socket.
const own = await serve("--log", "info,external_contacts::http::socket=debug");
after(() => own.drop());
const bearer = token(own.folder);
const BIG = getIntrospectionQuery();

function memory() {
  const status = readFileSync(`/proc/${own.child.pid}/status`, "utf8");
  return Number(status.match(/VmRSS:\s+(\d+) kB/)[1]) / 1024;
}

async function alive() {
  const answer = await post("{ __typename }", { url: own.url, bearer });
  assert.deepEqual(answer.body, { data: { __typename: "Query" } });
}

test("a socket that takes nothing is closed with 4498, and nothing piles up", async () => {
  const socket = new WebSocket(own.socket, "graphql-transport-ws");
  await once(socket, "open");
  const closed = once(socket, "close");
  socket.send(JSON.stringify({ type: "connection_init", payload: { token: bearer } }));
  await once(socket, "message");
  const start = memory();
  socket.pause();
  for (let id = 0; id < 2000; id += 1) {
    socket.send(JSON.stringify({ id: String(id), type: "subscribe", payload: { query: BIG } }));
  }
  await own.logged(/closing a socket code=4498/);
  const grown = memory() - start;
  await alive();
  socket.resume();
  const [code, reason] = await closed;
  assert.equal(code, 4498, reason.toString());
  assert.match(reason.toString(), /Too slow/);
  console.log(`figure: memory for a socket that takes nothing, with 2,000 operations asked for: ${grown.toFixed(0)} MiB`);
  assert.ok(grown < 400, `${grown} MiB`);
});

/** Whether the server still has the other end of this connection. */
function held(socket) {
  const hex = (port) => Number(port).toString(16).toUpperCase().padStart(4, "0");
  const [ours, theirs] = [hex(socket.localPort), hex(new URL(own.url).port)];
  const established = new RegExp(`:${theirs} [0-9A-F]+:${ours} 01 `);
  return established.test(readFileSync("/proc/net/tcp", "utf8"));
}

for (const accept of ["text/event-stream", "application/json"]) {
  test(`a client that does not read its ${accept} is given up`, { timeout: 180_000 }, async () => {
    const asked = 100;
    const body = JSON.stringify({ query: BIG });
    const { hostname, port } = new URL(own.url);
    const socket = connect(Number(port), hostname);
    let reset = false;
    socket.on("error", () => (reset = true));
    await once(socket, "connect");
    socket.pause();
    for (let sent = 0; sent < asked; sent += 1) {
      socket.write(
        `POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${bearer}\r\nAccept: ${accept}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    }
    assert.ok(held(socket));
    while (held(socket)) await sleep(500);
    let answers = 0;
    socket.on("data", (chunk) => (answers += chunk.toString("latin1").split("HTTP/1.1 200").length - 1));
    // By a reset, when the server had not read all that was asked; then the answers under way are lost as well.
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.resume();
    await closed;
    assert.ok((answers > 0 || reset) && answers < asked, `${answers} of ${asked}`);
    await alive();
  });
}
