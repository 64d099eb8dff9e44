// The servers, the limit first: ratios are to it.
//
// Each has a `name`, a `label` for readers, the `command` that starts it with its `environment`, the `path` of its requests,
// the headers of its `callers`, the body of a request by workload, and the schema that it creates contacts in. `facts`
// brings an answer into the form of `workloads.mjs`. A server that means something else by a search is compared by
// `resembles`.

import { limit } from "./limit.mjs";
import { ours, oursOnSqlite, oursQuiet } from "./ours.mjs";
import { postgraphile } from "./postgraphile.mjs";
import { apollo, mercurius, stock } from "./stock.mjs";

export const SERVERS = [limit, ours, oursQuiet, oursOnSqlite, stock, mercurius, apollo, postgraphile];
