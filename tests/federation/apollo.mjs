// A gateway with @apollo/gateway:
//
//     node apollo.mjs supergraph.graphql PORT
import { readFileSync } from 'node:fs';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

const [supergraph, port] = process.argv.slice(2);

class AsTheCaller extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    if (context.authorization) request.http.headers.set('authorization', context.authorization);
  }
}

const gateway = new ApolloGateway({
  supergraphSdl: readFileSync(supergraph, 'utf8'),
  buildService: ({ url }) => new AsTheCaller({ url }),
});
const server = new ApolloServer({
  gateway,
  includeStacktraceInErrorResponses: false,
  // Hides the subgraph's HTTP response and address from clients.
  formatError: ({ extensions: { response, ...extensions } = {}, ...error }) => ({ ...error, extensions }),
});
const { url } = await startStandaloneServer(server, {
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
  listen: { host: '127.0.0.1', port: Number(port) },
});
console.log(`listening at ${url}`);
