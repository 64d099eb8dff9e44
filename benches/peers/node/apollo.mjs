// Apollo Server with its standalone server: node apollo.mjs HOST PORT

import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";

import { loaders } from "./loaders.mjs";
import { resolvers } from "./resolvers.mjs";
import { typeDefs } from "./schema.mjs";

const [host, port] = process.argv.slice(2);
await startStandaloneServer(new ApolloServer({ typeDefs, resolvers }), {
  listen: { host, port: Number(port) },
  context: async ({ req }) => {
    const tenant = Number(req.headers["x-tenant-id"]);
    return { tenant, loaders: loaders(tenant) };
  },
});
