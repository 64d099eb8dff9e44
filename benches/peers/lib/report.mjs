// The tables of a run, in Markdown.

import { NOTHING, short, table } from "./table.mjs";
import { WORKLOADS } from "./workloads.mjs";

const heading = (server) => (server.isOurs ? `**${server.name}**` : server.name);
const title = (workload) => `${workload} ${WORKLOADS[workload].title}`;
const connections = (count) => `${count} ${count === 1 ? "connection" : "connections"}`;

/** Returns all tables of the results. */
export function report(results, options) {
  const { servers, workloads, clients } = options;
  const isMeasured = (workload) => servers.some(({ name }) => results.median(workload, name, clients[0]));
  const view = { results, servers, clients, workloads: workloads.filter(isMeasured), most: Math.max(...clients) };
  const parts = [ratios, processor, latencies, memory, price, details].map((part) => part(view)).filter(Boolean);
  return `${parts.join("\n\n")}\n`;
}

/** Returns the ratios of requests per second to the limit, the largest load first and the others in brackets. */
function ratios({ results, servers, clients, workloads }) {
  const [limit, ...others] = servers;
  const loads = [...clients].reverse();
  const bracketed = ([first, ...rest]) => (rest.length > 0 ? `${first} (${rest.join(", ")})` : first);
  const rows = workloads.map((workload) => {
    const cells = others.map(({ name }) => {
      const numbers = loads.map((count) => results.ratio(workload, name, limit.name, count));
      return numbers.some(Boolean) ? bracketed(numbers.map((number) => number?.toFixed(2) ?? NOTHING)) : NOTHING;
    });
    return [title(workload), ...cells];
  });
  const head = `requests/s in ratio to the ${limit.name}, ${bracketed(loads.map(connections))}`;
  return table([head, ...others.map(heading)], rows);
}

/** Returns a table of the workloads with a cell for each server's medians at the largest load. */
function perWorkload({ results, servers, workloads, most }, head, cell) {
  const rows = workloads.map((workload) => {
    const cells = servers.map(({ name }) => results.median(workload, name, most));
    return [title(workload), ...cells.map((its) => (its ? cell(its) : NOTHING))];
  });
  return table([head, ...servers.map(heading)], rows);
}

function processor(view) {
  const head = `processor time of a request, ms: server + PostgreSQL, ${connections(view.most)}`;
  return perWorkload(view, head, ({ serverMs, databaseMs }) => `${short(serverMs)} + ${short(databaseMs)}`);
}

function latencies({ results, servers, clients, workloads }) {
  const rows = workloads.flatMap((workload) =>
    clients.map((count) => {
      const cells = servers.map(({ name }) => results.median(workload, name, count));
      const pair = (its) => (its ? `${short(its.p50)} / ${short(its.p99)}` : NOTHING);
      return [`${workload}, ${connections(count)}`, ...cells.map(pair)];
    }),
  );
  return table(["p50 / p99, ms", ...servers.map(heading)], rows);
}

/** Returns the largest memory that each server had after a workload. */
function memory({ results, servers, clients, workloads }) {
  const cells = servers.map(({ name }) => {
    const all = workloads.flatMap((workload) => clients.map((count) => results.median(workload, name, count)?.memory ?? 0));
    return Math.max(...all).toFixed(0);
  });
  return table(["memory, MiB", ...servers.map(heading)], [["the most after a workload", ...cells]]);
}

/** Returns the price of the request log, metrics and bounds of admission, if both servers were measured. */
function price({ results, servers, clients, workloads }) {
  const pair = ["ours", "ours-quiet"];
  if (!pair.every((name) => servers.some((server) => server.name === name))) return undefined;
  const cells = workloads.map((workload) => {
    const lost = clients.map((count) => {
      const ratio = results.ratio(workload, ...pair, count);
      return ratio ? `${((1 - ratio) * 100).toFixed(1)} %` : NOTHING;
    });
    return lost.join(", ");
  });
  const row = `requests/s lost at ${clients.map(connections).join(", ")}`;
  return table(["price of request log, metrics and bounds of admission", ...workloads], [[row, ...cells]]);
}

/** Returns all figures, folded away. */
function details({ results, servers, clients, workloads }) {
  const found = workloads.flatMap((workload) =>
    clients.flatMap((count) =>
      servers.map((server) => ({ workload, count, server, its: results.median(workload, server.name, count) })),
    ),
  );
  const cells = found.filter(({ its }) => its);
  const rows = cells.map(({ workload, count, server, its }) => {
    const numbers = [its.p50, its.p99, its.serverMs, its.databaseMs, its.memory].map(short);
    const last = [its.spread.toFixed(2), its.failed || ""];
    return [`${workload}, ${connections(count)}`, heading(server), its.perSecond.toFixed(0), ...numbers, ...last];
  });
  const head = ["", "server", "requests/s", "p50 ms", "p99 ms", "server ms", "PostgreSQL ms", "MiB", "spread", "failed"];
  const rounds = Math.min(...cells.map(({ its }) => its.rounds));
  const note = `Medians of ${rounds} rounds; the spread is the fastest round in ratio to the slowest.`;
  return `<details>\n<summary>All figures</summary>\n\n${note}\n\n${table(head, rows)}\n\n</details>`;
}
