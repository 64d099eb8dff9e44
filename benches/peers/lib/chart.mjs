// The ratios to the limit as a picture, on light and on dark grounds.

import { WORKLOADS } from "./workloads.mjs";

const COLOURS = {
  ours: "#e8590c",
  "ours-sqlite": "#f2a33a",
  stock: "#1c7ed6",
  mercurius: "#2f9e44",
  apollo: "#ae3ec9",
  postgraphile: "#7f8a95",
};
const [WIDTH, LEFT, RIGHT, TOP, ROW] = [860, 330, 20, 76, 34];
const TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20];

/** Returns an SVG picture: a row for each workload, and a dot for each server, on a logarithmic scale. */
export function chart(results, { servers, workloads, clients }) {
  const load = Math.max(...clients);
  const [limit, ...others] = servers;
  const shown = others.filter(({ name }) => COLOURS[name]);
  const ratio = (workload, server) => results.ratio(workload, server.name, limit.name, load);
  const all = workloads.flatMap((workload) => shown.map((server) => ratio(workload, server))).filter(Boolean);
  const last = TICKS.find((tick) => tick >= Math.max(1, ...all)) ?? TICKS.at(-1);
  const first = TICKS.findLast((tick) => tick <= Math.min(1, ...all)) ?? TICKS[0];
  const x = (value) => LEFT + ((WIDTH - LEFT - RIGHT) * Math.log(value / first)) / Math.log(last / first);
  const y = (row) => TOP + row * ROW + ROW / 2;
  const height = TOP + workloads.length * ROW + 40;
  const text = (left, top, words, more = "") => `<text x="${left.toFixed(1)}" y="${top}" ${more}>${words}</text>`;

  const grid = TICKS.filter((tick) => tick >= first && tick <= last).map((tick) => {
    const isLimit = tick === 1 ? ' class="limit"' : "";
    const line = `<line x1="${x(tick).toFixed(1)}" x2="${x(tick).toFixed(1)}" y1="${TOP}" y2="${height - 40}"${isLimit}/>`;
    return line + text(x(tick), height - 22, tick === 1 ? "limit" : `${tick} ×`, 'text-anchor="middle"');
  });
  const rows = workloads.map((workload, row) => {
    const dots = shown.map((server) => [server, ratio(workload, server)]).filter(([, value]) => value);
    // The product's own dots are drawn last, above the others.
    const ordered = dots.sort(([one], [other]) => Number(one.isOurs ?? false) - Number(other.isOurs ?? false));
    const circles = ordered.map(([server, value]) => {
      const label = `<title>${server.name}: ${value.toFixed(2)}</title>`;
      const cx = x(Math.min(Math.max(value, first), last)).toFixed(1);
      return `<circle cx="${cx}" cy="${y(row)}" r="${server.isOurs ? 7 : 5.5}" fill="${COLOURS[server.name]}">${label}</circle>`;
    });
    const line = `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(row)}" y2="${y(row)}"/>`;
    return line + text(LEFT - 12, y(row) + 4, `${workload} ${WORKLOADS[workload].title}`, 'text-anchor="end"') + circles.join("");
  });
  const legend = shown.map((server, place) => {
    const left = LEFT - 40 + place * 92;
    return `<circle cx="${left}" cy="46" r="5.5" fill="${COLOURS[server.name]}"/>${text(left + 10, 50, server.name)}`;
  });
  const heading = `Requests per second in ratio to the limit, ${load} connections (logarithmic)`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">
<style>
text { fill: #24292f } line { stroke: #d0d7de } .limit { stroke: #57606a; stroke-width: 2 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } line { stroke: #3d444d } .limit { stroke: #9198a1 } }
</style>
${text(12, 22, heading, 'font-size="14" font-weight="bold"')}
${[...grid, ...rows, ...legend].join("\n")}
</svg>
`;
}
