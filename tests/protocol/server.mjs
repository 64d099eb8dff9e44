// The parts that the suites of this folder share: the server they run against, tokens for it, and what they print at the end.

import { execFileSync, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const { ADDRESS, PROGRAM, DATA } = process.env;
if (!ADDRESS || !PROGRAM || !DATA) {
  throw new Error("set ADDRESS, PROGRAM and DATA: a running `serve --dev --demo`, the program, its data folder");
}

/** The API of the server that the suites share. */
export const endpoint = new URL("/graphql", ADDRESS).href;
/** The same, for WebSockets. */
export const socketEndpoint = endpoint.replace(/^http/, "ws");
/** The data folder of that server. */
export const data = DATA;

/** A token with everything, or what `flags` say. */
export function token(folder = DATA, ...flags) {
  return execFileSync(PROGRAM, ["token", "--data", folder, ...flags], { encoding: "utf8" }).trim();
}

/** A token of the development key that is refused after this many seconds: it has expired, within the leeway. */
export function dyingToken(seconds, claims = {}, folder = DATA) {
  const leeway = 60;
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const party = "external-contacts-development";
  const payload = {
    iss: party,
    aud: party,
    iat: now - 120,
    exp: now - leeway + seconds,
    sub: "developer",
    tenant: "default",
    permissions: ["externalContacts:*"],
    ...claims,
  };
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(payload)}`;
  const key = Buffer.from(readFileSync(join(folder, "dev-key"), "utf8").trim(), "base64url");
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
}

/** Posts an operation; gives the answer. */
export async function post(body, { url = endpoint, bearer = token(), headers = {} } = {}) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${bearer}`, ...headers },
    body: JSON.stringify(typeof body === "string" ? { query: body } : body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** A server of a suite's own, over an empty folder. */
export async function serve(...flags) {
  const folder = mkdtempSync(join(tmpdir(), "external-contacts-"));
  const all = ["serve", "--dev", "--data", folder, "--listen", "127.0.0.1:0", ...flags];
  const child = spawn(PROGRAM, all, { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk) => (log += chunk));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const url = await new Promise((resolve, reject) => {
    let printed = "";
    child.stdout.on("data", (chunk) => {
      printed += chunk;
      const found = printed.match(/http:\/\/127\.0\.0\.1:\d+\/graphql/);
      if (found) resolve(found[0]);
    });
    ended.then((code) => reject(new Error(`the server ended with ${code}`)));
  });
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  const drop = async () => {
    if (child.exitCode === null) child.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const logged = async (pattern) => {
    while (!pattern.test(log)) await sleep(50);
    return pattern.exec(log);
  };
  return { logged, url, socket: url.replace(/^http/, "ws"), folder, child, ended, stop, drop };
}

/** A `test` that counts, and prints `figure: <name> <passed>/<all>` at the end. */
export function counting(name) {
  let [passed, all] = [0, 0];
  after(() => {
    console.log(`figure: ${name} ${passed}/${all}`);
    setTimeout(leave, 30_000).unref();
  });
  return (title, options, story) => {
    if (typeof options === "function") [options, story] = [{}, options];
    all += 1;
    test(title, { timeout: 90_000, ...options }, async (context) => {
      await story(context);
      passed += 1;
    });
  };
}

/** Fails a suite whose process outlives its tests, because something was left open. */
function leave() {
  console.error("open after the last test:", process.getActiveResourcesInfo());
  process.exit(1);
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
