// The page: GraphiQL with the server's settings and the examples as tabs.

import "./workers.js";
import "@graphiql/react/style.css";
import "graphiql/graphiql.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "./page.css";

import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

import { examples } from "./examples.js";
import { storageWith } from "./storage.js";

/** What the server wrote into the page: `endpoint`, the path of the API, and `token`, null outside development. */
const settings = JSON.parse(document.getElementById("settings").textContent);

/** What the headers editor starts with. */
const startingHeaders = { Authorization: `Bearer ${settings.token ?? "<your token>"}` };

/** Sends one operation; whatever status it comes with, a GraphQL answer is shown as it is. */
async function fetcher(operation, { headers } = {}) {
  // The schema is asked for before the headers editor is there.
  if (!headers && operation.operationName === "IntrospectionQuery") headers = startingHeaders;
  const response = await fetch(settings.endpoint, {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json, application/json",
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify(operation),
  });
  return response.json();
}

// GraphiQL keeps tabs in the browser, and opens an empty one when the last query is none of them:
// with a first query that is a tab, a reload shows the same tabs again.
const lastQuery = localStorage.getItem("graphiql:query") || examples[0].query;

const headers = JSON.stringify(startingHeaders, null, 2);

createRoot(document.getElementById("playground")).render(
  <GraphiQL
    fetcher={fetcher}
    defaultTabs={examples}
    initialQuery={lastQuery}
    defaultHeaders={headers}
    defaultEditorToolsVisibility="headers"
    shouldPersistHeaders={false}
    storage={storageWith(headers)}
    inputValueDeprecation
    schemaDescription
  >
    <GraphiQL.Logo>external-contacts</GraphiQL.Logo>
  </GraphiQL>,
);
