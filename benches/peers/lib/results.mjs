// The results of finished rounds, kept in a file, so that an interrupted run is continued.

import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { median } from "./table.mjs";
import { WORKLOADS } from "./workloads.mjs";

/** Returns the conditions that results must share to be put into one table. */
function conditions({ contacts, seconds, pool, program }) {
  const digest = createHash("sha256").update(readFileSync(program)).digest("hex").slice(0, 12);
  return `${contacts} contacts, ${seconds} s, ${pool} connections, program ${digest}`;
}

export class Results {
  static of(options) {
    const results = new Results();
    results.file = join(options.work, "results.jsonl");
    results.conditions = conditions(options);
    if (options.fresh) rmSync(results.file, { force: true });
    const lines = existsSync(results.file) ? readFileSync(results.file, "utf8").split("\n").filter(Boolean) : [];
    results.all = lines.map((line) => JSON.parse(line)).filter((each) => each.conditions === results.conditions);
    return results;
  }

  /** Returns true if a round of a workload was finished for all these servers and numbers of clients. */
  has(round, workload, servers, clients) {
    const isThere = (server, count) => this.rounds(workload, server, count).has(round);
    return servers.every((server) => clients.every((count) => isThere(server, count)));
  }

  /** Keeps the results of a round of a workload, in the place of earlier ones. */
  add(measured) {
    const kept = measured.map((each) => ({ conditions: this.conditions, ...each }));
    appendFileSync(this.file, kept.map((each) => `${JSON.stringify(each)}\n`).join(""));
    this.all.push(...kept);
  }

  /** Returns the results by round. The last one of a round counts. */
  rounds(workload, server, clients) {
    const isOf = (each) => each.workload === workload && each.server === server && each.clients === clients;
    return new Map(this.all.filter(isOf).map((each) => [each.round, each]));
  }

  /** Returns the medians of the rounds, or nothing where there are none. */
  median(workload, server, clients) {
    const all = [...this.rounds(workload, server, clients).values()];
    if (all.length === 0) return undefined;
    const of = (name) => median(all.map((each) => each[name]));
    const numbers = ["perSecond", "p50", "p99", "serverMs", "databaseMs", "memory"].map((name) => [name, of(name)]);
    const rates = all.map(({ perSecond }) => perSecond);
    const failed = all.reduce((sum, each) => sum + (each.failed ?? 0), 0);
    return { ...Object.fromEntries(numbers), rounds: all.length, spread: Math.max(...rates) / Math.min(...rates), failed };
  }

  /**
   * Returns the requests per second of a server in ratio to those of another: the median of the ratios of each round, since a
   * machine may be faster in one round than in another. A server that does not take part in the workload is asked for another
   * one to compare with, if there is one. Returns nothing where there are none.
   */
  ratio(workload, server, other, clients) {
    const same = this.rounds(workload, other, clients);
    const its = same.size > 0 ? same : this.rounds(WORKLOADS[workload].comparedTo ?? workload, other, clients);
    const own = [...this.rounds(workload, server, clients).values()].filter(({ round }) => its.has(round));
    return own.length > 0 ? median(own.map((each) => each.perSecond / its.get(each.round).perSecond)) : undefined;
  }
}
