// The program under test: started, killed and started again over the same database.

import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { until } from "./wait.mjs";

const { PROGRAM } = process.env;
if (!PROGRAM) throw new Error("set PROGRAM to the built program, such as target/debug/external-contacts");

/** Runs a command of the program to its end and returns what it prints. */
export const command = (...args) => commandBy([], ...args);

/** Runs a command by a launcher: a command line that runs what follows it. */
function commandBy(launcher, ...args) {
  const [first, ...rest] = [...launcher, PROGRAM, ...args];
  return execFileSync(first, rest, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** Runs a command beside others. Rejects if it fails. */
export const commandAtOnce = (...args) => promisify(execFile)(PROGRAM, args);

/** A server in development mode over a database that outlives it. */
export class Server {
  /** @param {{ flags: string[], launcher?: string[] }} database @param {string[]} extra more flags of `serve` */
  constructor(database, extra = []) {
    this.database = database;
    this.extra = extra;
    this.log = "";
    this.listen = "127.0.0.1:0";
  }

  /** The lines of the log, as far back as it is kept. */
  get lines() {
    return this.log.split("\n");
  }

  get launcher() {
    return this.database.launcher ?? [];
  }

  /** Starts the program and waits until it listens. It listens on the same port again after a restart. */
  async up() {
    const [first, ...rest] = [...this.launcher, PROGRAM];
    const flags = [...rest, "serve", "--dev", ...this.database.flags, "--listen", this.listen, ...this.extra];
    this.child = spawn(first, flags, { stdio: ["ignore", "pipe", "pipe"] });
    this.ended = once(this.child, "exit");
    let printed = "";
    this.child.stdout.on("data", (chunk) => (printed += chunk));
    this.child.stderr.on("data", (chunk) => (this.log = (this.log + chunk).slice(-20_000_000)));
    const found = await until("the server listens", () => {
      if (this.child.exitCode !== null) throw new Error(`the server ended with ${this.child.exitCode}\n${this.log}`);
      return printed.match(/http:\/\/(127\.0\.0\.1:\d+)\/graphql/);
    });
    [this.url, this.listen] = found;
    this.base = `http://${this.listen}`;
    return this;
  }

  /** Ends the program at once, as a crash or a lost machine does. */
  async kill() {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  /** Ends the program as operators do. */
  async stop() {
    this.child.kill("SIGTERM");
    await this.ended;
  }

  /** Returns a token of a tenant; with every permission unless `flags` say otherwise. */
  token(tenant = "default", ...flags) {
    return commandBy(this.launcher, "token", ...this.database.flags, "--tenant", tenant, ...flags);
  }

  /** Creates a tenant. */
  tenant(name) {
    commandBy(this.launcher, "tenant", "create", name, ...this.database.flags);
  }

  async drop() {
    if (this.child && this.child.exitCode === null && this.child.signalCode === null) await this.kill();
  }
}

/** Posts an operation and returns its answer. Rejects if the connection breaks before the answer is whole. */
export async function post(url, token, body, { headers = {}, signal } = {}) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify(body),
    signal,
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Returns a new folder for a test. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), "external-contacts-reliability-"));
  return { path, drop: () => rmSync(path, { recursive: true, force: true }) };
}
