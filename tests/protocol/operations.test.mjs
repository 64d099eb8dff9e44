// The alert rules and the dashboard: each expression is valid PromQL and asks for metrics that the server has.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parser } from "@prometheus-io/lezer-promql";
import { parse } from "yaml";
import { post, serve, token } from "./server.mjs";

const folder = new URL("../../docs/operations/", import.meta.url);
const rules = parse(readFileSync(new URL("alerts.yml", folder), "utf8"));
const dashboard = JSON.parse(readFileSync(new URL("dashboard.json", folder), "utf8"));
const alerts = rules.groups.flatMap((group) => group.rules);
// Grafana replaces its variables before Prometheus sees them.
const shown = dashboard.panels.flatMap((panel) => panel.targets).map((target) => target.expr);
const expressions = [...alerts.map((alert) => alert.expr), ...shown.map((text) => text.replaceAll("$__rate_interval", "5m"))];

/** The metrics that an expression asks for. */
function metrics(expression) {
  const names = [];
  parser.parse(expression).iterate({
    enter({ type, from, to }) {
      assert.ok(!type.isError, `not PromQL at ${from}: ${expression}`);
      if (type.name === "Identifier" && type.prop !== undefined) names.push(expression.slice(from, to));
    },
  });
  return names.filter((name) => name.startsWith("external_contacts_") || name.startsWith("process_"));
}

test("a wrong expression is found", () => {
  assert.throws(() => metrics("sum(rate(external_contacts_requests_total[5m])"), /not PromQL/);
  assert.deepEqual(metrics("rate(process_cpu_seconds_total[5m])"), ["process_cpu_seconds_total"]);
});

test("every expression asks for metrics that the server has", async () => {
  const server = await serve("--demo", "--metrics-listen", "127.0.0.1:0");
  try {
    const bearer = token(server.folder);
    const query = "{ contacts(first: 2) { nodes { organization { name } } } }";
    assert.equal((await post(query, { url: server.url, bearer })).status, 200);
    const [, address] = await server.logged(/metrics are at \/metrics.*address=(\S+)/);
    const text = await (await fetch(`http://${address}/metrics`)).text();
    const known = new Set([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) => series(name, type)));
    for (const expression of expressions) {
      for (const name of metrics(expression)) assert.ok(known.has(name), `${name} of ${expression}`);
    }
  } finally {
    await server.drop();
  }
});

/** The names of a metric's series. */
function series(name, type) {
  if (type === "counter") return [`${name}_total`];
  return type === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => name + end) : [name];
}

test("an alert says what has happened and what to do", () => {
  for (const { alert, labels, annotations } of alerts) {
    assert.match(alert, /^ExternalContacts[A-Z]/);
    assert.match(labels.severity, /^(critical|warning)$/);
    assert.ok(annotations.summary && annotations.description, alert);
  }
});

test("the panels of the dashboard have units and do not overlap", () => {
  const places = dashboard.panels.map(({ gridPos: { x, y } }) => `${x},${y}`);
  assert.equal(new Set(places).size, dashboard.panels.length);
  for (const panel of dashboard.panels) {
    assert.ok(panel.description && panel.fieldConfig.defaults.unit, panel.title);
  }
});
