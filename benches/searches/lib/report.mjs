// The tables of the results, in Markdown.

import { machine, replaceParagraphs, versions } from "../../peers/lib/marked.mjs";
import { NOTHING, short, table } from "../../peers/lib/table.mjs";
import { ENGINES } from "./engines.mjs";

/** Returns the text of a search: its words, and its filter. */
export function textOf({ query, filter }) {
  const [[field, value] = []] = Object.entries(filter ?? {});
  // Ids say nothing to a reader.
  const by = field && (field === "organizationId" ? field : `${field}: ${value}`);
  return `\`${query.replaceAll("|", " ")}\`${by ? `, ${by}` : ""}`;
}

/** Returns the least and the greatest of the counts, with a plus where there are more. */
export function hits(counts) {
  const isMore = ({ precision }) => precision === "AT_LEAST";
  const known = counts.filter(Boolean).sort((one, other) => one.value - other.value || isMore(one) - isMore(other));
  if (known.length === 0) return NOTHING;
  const text = (count) => `${count.value.toLocaleString("en")}${isMore(count) ? "+" : ""}`;
  const ends = [...new Set([text(known[0]), text(known.at(-1))])];
  return ends.join(" – ");
}

const latency = (measured) => (measured?.requests > 0 ? `${short(measured.p50)} / ${short(measured.p99)}` : NOTHING);
const clientsOf = (count) => `${count} ${count === 1 ? "client" : "clients"}`;

/** Returns the table of a size. */
function tableOf(results, contacts) {
  const byEngine = results.of(contacts);
  const engines = ENGINES.filter(({ name }) => byEngine[name]);
  const all = engines.flatMap(({ name }) => Object.values(byEngine[name]));
  const clients = [...new Set(all.flatMap(({ byClients }) => Object.keys(byClients).map(Number)))].sort((a, b) => a - b);
  const places = engines.flatMap(({ name, label }) => clients.map((count) => ({ name, label, count })));
  const kinds = [...new Set(engines.flatMap(({ name }) => Object.keys(byEngine[name])))];
  const rows = kinds.map((kind) => {
    const { searches, counts } = engines.map(({ name }) => byEngine[name][kind]).find(Boolean);
    const cells = places.map(({ name, count }) => latency(byEngine[name][kind]?.byClients[count]));
    return [kind, textOf(searches[0]), hits(counts), ...cells];
  });
  return table(["kind", "example", "hits", ...places.map(({ label, count }) => `${label}, ${clientsOf(count)}`)], rows, 2);
}

/** Returns a paragraph and a table for each size. */
function paragraphs(results) {
  return results.sizes().flatMap((contacts) => [
    `${contacts.toLocaleString("en")} contacts, p50 / p99 in milliseconds:`,
    tableOf(results, contacts),
  ]);
}

/** Returns all tables of the results. */
export const report = (results) => `${paragraphs(results).join("\n\n")}\n`;

/** Writes the tables into the page on performance. */
export function writePage(results, { program, seconds }) {
  const commands = results.sizes().map((contacts) => {
    const names = ENGINES.map(({ name }) => name).filter((name) => results.of(contacts)[name]);
    return `\`benches/searches/run --contacts ${contacts} --engines ${names.join(",")} --seconds ${seconds} --write\``;
  });
  replaceParagraphs("searches", [`${machine()}; ${versions(program)}; ${commands.join(", ")}.`, ...paragraphs(results)]);
}
