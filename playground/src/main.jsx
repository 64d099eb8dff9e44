// The page: GraphiQL with the server's settings and the examples as tabs.

import "./workers.js";
import "@graphiql/react/style.css";
import "graphiql/graphiql.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "./page.css";

import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

import { examples } from "./examples.js";
import { fetcherFor, NO_TOKEN } from "./fetcher.js";
import { Mends } from "./mends.js";
import { NoticeBar } from "./notice-bar.jsx";
import { plugins } from "./plugins.js";
import { storageWith } from "./storage.js";

/** The settings that the server wrote into the page: `endpoint`, the path of the API, and `token`, null outside development. */
const settings = JSON.parse(document.getElementById("settings").textContent);

/** The first content of the headers editor. */
const startingHeaders = { Authorization: `Bearer ${settings.token ?? NO_TOKEN}` };

// GraphiQL keeps tabs in the browser, and opens an empty one when the last query is none of them:
// with a first query that is a tab, a reload shows the same tabs again.
const lastQuery = localStorage.getItem("graphiql:query") || examples[0].query;

const headers = JSON.stringify(startingHeaders, null, 2);

createRoot(document.getElementById("playground")).render(
  <GraphiQL
    fetcher={fetcherFor(settings.endpoint, startingHeaders)}
    plugins={plugins}
    defaultTabs={examples}
    initialQuery={lastQuery}
    defaultHeaders={headers}
    // Without a token the headers are the first thing to fill in; with one, the query has the room.
    defaultEditorToolsVisibility={settings.token === null ? "headers" : false}
    shouldPersistHeaders={false}
    storage={storageWith(headers)}
    inputValueDeprecation
    schemaDescription
  >
    <GraphiQL.Logo>external-contacts</GraphiQL.Logo>
    <GraphiQL.Footer>
      <NoticeBar renewable={settings.token !== null} />
      <Mends />
    </GraphiQL.Footer>
  </GraphiQL>,
);
