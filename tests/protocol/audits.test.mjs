// GraphQL over HTTP, by the audit suite of npm `graphql-http`: every audit must pass, those that are only advised too.

import assert from "node:assert/strict";

import { serverAudits } from "graphql-http";

import { counting, endpoint, token } from "./server.mjs";

const test = counting("audits");
const authorization = `Bearer ${token()}`;

const audits = serverAudits({
  url: endpoint,
  fetchFn: (url, init = {}) => fetch(url, { ...init, headers: { ...init.headers, authorization } }),
});
assert.ok(audits.length >= 61, `only ${audits.length} audits`);
for (const audit of audits) {
  test(`${audit.id}: ${audit.name}`, async () => {
    const result = await audit.fn();
    assert.equal(result.status, "ok", result.reason);
  });
}
