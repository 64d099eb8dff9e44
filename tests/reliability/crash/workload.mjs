// Clients that change records at random, and the record of every request with its answer.

import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";

import { post } from "../support/program.mjs";
import { Choices } from "../support/random.mjs";
import { until } from "../support/wait.mjs";
import { MUTATIONS, choose, request } from "./mutations.mjs";
import { KINDS, digits } from "./kinds.mjs";

/** The number of clients. */
export const CLIENTS = 8;
/** The number of records of a kind that clients choose from: few, so that they meet. */
const RECENT = 24;
/** The codes of answers that say for certain that nothing was written. */
const REFUSALS = new Set(["BAD_USER_INPUT", "FORBIDDEN", "RATE_LIMITED", "OVERLOADED"]);

/** The records that clients know of from answers. */
class Pool {
  constructor() {
    this.records = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, new Map()]));
    /** The kinds of records that were deleted, by id. */
    this.deleted = new Map();
  }

  any(kind, choices) {
    return choices.of([...this.records[kind].values()].slice(-RECENT));
  }

  /** Returns the id of a deleted record, of a kind if that is given. */
  anyDeleted(choices, kind) {
    const ids = [...this.deleted].filter(([, each]) => !kind || each === kind).map(([id]) => id);
    return choices.of(ids.slice(-RECENT));
  }

  /** Returns a contact with an employer, as far as is known. */
  employee(choices) {
    return choices.of([...this.records.contact.values()].slice(-RECENT).filter((record) => record.organizationId));
  }

  learn(kind, { id, version, organization }) {
    const known = this.records[kind];
    // Answers arrive in another order than versions are counted.
    if ((known.get(id)?.version ?? 0) > version) return;
    known.set(id, { id, version, organizationId: organization?.id });
    this.deleted.delete(id);
  }

  /** Takes a record for a deleted one. */
  forget(kind, id) {
    this.records[kind].delete(id);
    this.deleted.set(id, kind);
  }
}

/**
 * All operations with their outcome: `acknowledged`, `refused`, or `unknown` when the connection broke or the answer does
 * not say. Each is a line of the file as well, to be read after a failure.
 */
export class Workload {
  constructor(seed, file) {
    this.operations = [];
    this.pool = new Pool();
    this.file = file;
    this.choices = Array.from({ length: CLIENTS }, (_, client) => new Choices(seed, `client ${client}`));
    this.isRunning = false;
    this.codes = {};
    // Operations with a key whose outcome is unknown.
    this.repeatable = [];
  }

  /** Lets the clients work until [`stop`], against the server as it is now. Clients whose connection breaks come back. */
  start(server, token) {
    this.isRunning = true;
    this.running = this.choices.map((choices) => this.client(server, token, choices));
  }

  /** Waits for the answers that are still owed. */
  async stop() {
    this.isRunning = false;
    await Promise.all(this.running);
  }

  async client(server, token, choices) {
    while (this.isRunning) {
      const again = this.repeatable.pop();
      if (again) {
        again.isRepeated = true;
        await this.send(again, server, token);
        continue;
      }
      const operation = { number: this.operations.length, ...choose(this.operations.length, choices, this.pool) };
      this.operations.push(operation);
      const answered = await this.send(operation, server, token);
      if (!answered) await until("the server is back or the clients stop", () => !this.isRunning || this.isUp, 120);
    }
  }

  /** Sends an operation and records its outcome. Returns whether there was an answer. */
  async send(operation, server, token) {
    const body = await post(server.url, token, request(operation)).then(
      (answer) => answer.body,
      (error) => {
        operation.outcome = "unknown";
        operation.reason = String(error.cause ?? error);
      },
    );
    if (body) this.settle(operation, body);
    if (operation.outcome === "unknown" && operation.idempotencyKey && !operation.isGone) this.repeatable.push(operation);
    appendFileSync(this.file, `${JSON.stringify(operation)}\n`);
    return body !== undefined;
  }

  settle(operation, { data, errors }) {
    const { kind, deletes, restores, selection } = MUTATIONS[operation.name];
    const answer = data?.answer;
    if (errors || !answer) {
      const code = errors?.[0]?.extensions?.code ?? "no code";
      this.codes[code] = (this.codes[code] ?? 0) + 1;
      operation.reason = code;
      // What was committed stays committed if a field of the payload fails afterwards.
      operation.outcome = REFUSALS.has(code) && !answer ? "refused" : "unknown";
      assert.notEqual(code, "GRAPHQL_VALIDATION_FAILED", JSON.stringify(errors));
      return;
    }
    if (answer.userErrors.length > 0) {
      // What the first attempt made was deleted since: it was carried out, and this cannot say with which version.
      operation.isGone = operation.isRepeated && answer.userErrors[0].field?.at(-1) === "idempotencyKey";
      operation.outcome = operation.isGone ? "unknown" : "refused";
      operation.reason = answer.userErrors[0].code;
      if (operation.reason === "NOT_FOUND" && restores) this.pool.deleted.delete(operation.input.id);
      else if (operation.reason === "NOT_FOUND" && operation.input.id) this.pool.forget(kind, operation.input.id);
      return;
    }
    operation.outcome = "acknowledged";
    if (deletes) {
      operation.id = digits(operation.input.id);
      this.pool.forget(kind, operation.input.id);
    } else if (selection) {
      operation.answer = answer;
      for (const id of answer.purgedIds ?? []) this.pool.deleted.delete(id);
    } else {
      const record = answer[kind];
      this.pool.learn(kind, record);
      Object.assign(operation, { id: digits(record.id), version: record.version, state: KINDS[kind].ofAnswer(record) });
    }
  }

  /** Returns the number of operations with an outcome. */
  count(outcome) {
    return this.operations.filter((operation) => operation.outcome === outcome).length;
  }
}
