// Mercurius on Fastify, which compiles operations (graphql-jit) when they come for the second time: node mercurius.mjs HOST PORT

import Fastify from "fastify";
import mercurius from "mercurius";

import { loaders } from "./loaders.mjs";
import { resolvers } from "./resolvers.mjs";
import { typeDefs } from "./schema.mjs";

const [host, port] = process.argv.slice(2);
const app = Fastify();
app.register(mercurius, {
  schema: typeDefs,
  resolvers,
  jit: 1,
  path: "/",
  context: (request) => {
    const tenant = Number(request.headers["x-tenant-id"]);
    return { tenant, loaders: loaders(tenant) };
  },
});
await app.listen({ host, port: Number(port) });
