// The overload curve as a table in Markdown and as a picture.

const COLOURS = { sqlite: "#2563eb", postgres: "#c2410c" };
const NAMES = { sqlite: "SQLite", postgres: "PostgreSQL" };
const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [720, 320, 60, 40, 50];

/** Returns a table with a row for each load. */
export function table(curves) {
  const head = "| engine | load | clients | good answers/s | of the peak | p50 ms | p99 ms | refused/s | failed | memory MiB |\n|---|---|---|---|---|---|---|---|---|---|";
  const rows = Object.entries(curves).flatMap(([engine, { points }]) => {
    const peak = Math.max(...points.map(({ perSecond }) => perSecond));
    return points.map((it) =>
      [
        NAMES[engine],
        `${it.times} ×`,
        it.clients,
        it.perSecond.toFixed(1),
        `${Math.round((100 * it.perSecond) / peak)} %`,
        it.p50.toFixed(0),
        it.p99.toFixed(0),
        (it.refused / it.seconds).toFixed(1),
        it.failed,
        it.most.toFixed(0),
      ].join(" | "),
    ).map((row) => `| ${row} |`);
  });
  return [head, ...rows].join("\n");
}

/** Returns an SVG picture: good answers in percent of the peak, over the load. */
export function picture(curves) {
  const all = Object.values(curves)[0].points;
  const step = (WIDTH - LEFT - 40) / (all.length - 1);
  const x = (index) => LEFT + index * step;
  const y = (share) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - share / 1.1);
  const text = (left, top, words, more = "") => `<text x="${left}" y="${top}" ${more}>${words}</text>`;
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) => `<line x1="${LEFT}" x2="${WIDTH - 20}" y1="${y(share)}" y2="${y(share)}" stroke="#d4d4d8"/>${text(LEFT - 8, y(share) + 4, `${share * 100} %`, 'text-anchor="end"')}`,
  );
  const promise = `<line x1="${LEFT}" x2="${WIDTH - 20}" y1="${y(0.85)}" y2="${y(0.85)}" stroke="#16a34a" stroke-dasharray="6 4"/>${text(WIDTH - 20, y(0.85) - 5, "promised: 85 %", 'text-anchor="end" fill="#16a34a"')}`;
  const lines = Object.entries(curves).map(([engine, { points }], row) => {
    const peak = Math.max(...points.map(({ perSecond }) => perSecond));
    const places = points.map(({ perSecond }, index) => `${x(index)},${y(perSecond / peak)}`);
    const dots = places.map((place) => place.split(",")).map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${COLOURS[engine]}"/>`);
    const name = `${NAMES[engine]} (peak ${peak.toFixed(0)}/s)`;
    return `<polyline points="${places.join(" ")}" fill="none" stroke="${COLOURS[engine]}" stroke-width="2"/>${dots.join("")}${text(LEFT + 10 + row * 200, 22, name, `fill="${COLOURS[engine]}"`)}`;
  });
  const axis = all.map(({ times }, index) => text(x(index), HEIGHT - BOTTOM + 20, `${times} ×`, 'text-anchor="middle"'));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
${[...grid, promise, ...lines, ...axis].join("\n")}
${text((LEFT + WIDTH) / 2, HEIGHT - 10, "load, in multiples of the clients that saturate the server", 'text-anchor="middle"')}
</svg>
`;
}
