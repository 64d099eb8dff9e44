// A closed loop of clients, each of which sends its next request when the last one was answered. It stops by itself.

import { readFileSync } from "node:fs";

import { sleep } from "../support/wait.mjs";

/** An operation of a cost of about 5,000: contacts with their notes, calls, employers and colleagues. */
export const HEAVY = `{ contacts(first: 100) { nodes { id displayName tags
  notes(first: 10) { nodes { id text } } interactions(first: 10) { nodes { id subjectLine } }
  organization { id name contacts(first: 20) { nodes { id displayName } } } } } }`;
/** A lighter one, for builds without optimization. */
export const MEDIUM = "{ contacts(first: 20) { nodes { id displayName notes(first: 5) { nodes { id text } } } } }";
/** A small operation. */
export const LIGHT = "{ contacts(first: 1) { nodes { id displayName } } }";

/** The longest wait of a refused client, however long it is told to wait. */
const PATIENCE = 250;

/**
 * Runs clients, with the tokens in turn, for some seconds and returns what they saw: good answers, refusals (429 and 503), failures, and the
 * latencies of good answers in milliseconds.
 */
export async function load({ url, tokens, query, clients, seconds }) {
  const seen = { good: 0, refused: 0, failed: 0, withoutRetryAfter: 0, reasons: {}, latencies: [] };
  const end = performance.now() + seconds * 1000;
  const client = async (_, number) => {
    const token = tokens[number % tokens.length];
    while (performance.now() < end) await once(url, token, query, seen);
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  const took = (performance.now() - start) / 1000;
  seen.latencies.sort((a, b) => a - b);
  const at = (share) => seen.latencies[Math.min(seen.latencies.length - 1, Math.floor(seen.latencies.length * share))] ?? NaN;
  return { ...seen, clients, perSecond: seen.good / took, p50: at(0.5), p99: at(0.99) };
}

async function once(url, token, query, seen) {
  const start = performance.now();
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
    const body = await response.json();
    if (response.status === 200 && !body.errors) {
      seen.good += 1;
      seen.latencies.push(performance.now() - start);
    } else if ([429, 503].includes(response.status)) {
      seen.refused += 1;
      if (!response.headers.has("retry-after")) seen.withoutRetryAfter += 1;
      note(seen, body.errors[0].extensions.code);
      // A client that comes back at once would only measure refusals.
      await sleep(Math.min(PATIENCE, 1000 * Number(response.headers.get("retry-after") ?? 1)));
    } else {
      seen.failed += 1;
      note(seen, `${response.status} ${body.errors?.[0]?.extensions?.code}`);
    }
  } catch (error) {
    seen.failed += 1;
    note(seen, String(error.cause?.code ?? error));
    await sleep(20);
  }
}

function note({ reasons }, reason) {
  reasons[reason] = (reasons[reason] ?? 0) + 1;
}

/** Returns the resident memory of a process in MiB. */
export function memory({ pid }) {
  return Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/)[1]) / 1024;
}

/** Runs a function and returns its result with the most memory that the process had meanwhile. */
export async function withMemory(child, run) {
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, memory(child))), 100);
  try {
    return { ...(await run()), most };
  } finally {
    clearInterval(timer);
  }
}
