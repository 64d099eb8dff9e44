// Load from clients that each send a request after the answer to the one before, over a connection of their own.

import { Agent, request } from "node:http";

import { shuffled } from "./random.mjs";

const PATIENCE = 20_000;
/** More requests than a measurement has. */
const MANY = 200_000;
const JSON_BOTH_WAYS = { "Content-Type": "application/json", Accept: "application/json" };

/** Clients of a server. Requests come from all callers in turn, since the server bounds the cost of each one's operations. */
export class Clients {
  constructor(url, callers, count) {
    this.url = new URL(url);
    this.callers = callers;
    this.count = count;
    this.agent = new Agent({ keepAlive: true, maxSockets: count });
    this.sent = 0;
  }

  /** Sends a body and returns the status and the text of the answer. */
  send(body) {
    const caller = this.callers[this.sent % this.callers.length];
    this.sent += 1;
    const headers = { ...caller, ...JSON_BOTH_WAYS, "Content-Length": Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const sent = request(this.url, { method: "POST", agent: this.agent, headers, timeout: PATIENCE }, (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }));
        response.on("error", reject);
      });
      sent.on("timeout", () => sent.destroy(new Error(`no answer within ${PATIENCE / 1000} s`)));
      sent.on("error", reject);
      sent.end(body);
    });
  }

  /** Sends each body once, until the time is over, and calls `answered` with its place, the answer and the milliseconds. */
  async round(places, bodies, end, answered) {
    const left = [...places];
    const work = async () => {
      while (left.length > 0 && performance.now() < end) {
        const place = left.pop();
        const began = performance.now();
        const answer = await this.send(bodies[place]).catch(({ message }) => ({ status: 0, text: message }));
        answered(place, answer, performance.now() - began);
      }
    };
    await Promise.all(Array.from({ length: this.count }, work));
  }

  close() {
    this.agent.destroy();
  }
}

/** Returns true if an answer has data and no errors. */
export const isGood = ({ status, text }) => status === 200 && !text.includes('"errors":[');

/** Sends bodies in random orders for so many seconds. Returns the number of answers, their latencies and the failures. */
export async function load(clients, bodies, { seconds, random }) {
  const places = bodies.map((_, place) => place);
  // The orders follow each other without a pause, so that the number of clients stays the same.
  const order = Array.from({ length: Math.ceil(MANY / bodies.length) }, () => shuffled(random, places)).flat();
  const answered = [];
  const failures = [];
  const end = performance.now() + seconds * 1000;
  await clients.round(order, bodies, end, (place, answer, milliseconds) => {
    if (isGood(answer)) answered.push({ place, milliseconds });
    else failures.push(`${answer.status} ${answer.text.slice(0, 200)}`);
  });
  const all = answered.map(({ milliseconds }) => milliseconds);
  return { requests: all.length, p50: quantile(all, 0.5), p99: quantile(all, 0.99), slowest: slowest(answered), failures };
}

function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** Returns the place of the slowest body and the median of its latencies, or nothing if none was answered. */
function slowest(answered) {
  const byPlace = new Map();
  for (const { place, milliseconds } of answered) byPlace.set(place, [...(byPlace.get(place) ?? []), milliseconds]);
  const medians = [...byPlace].map(([place, all]) => ({ place, p50: quantile(all, 0.5) }));
  return medians.sort((one, other) => other.p50 - one.p50)[0];
}
