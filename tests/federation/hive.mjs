// A gateway with @graphql-hive/gateway-runtime:
//
//     node hive.mjs supergraph.graphql PORT
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';

const [supergraph, port] = process.argv.slice(2);

const gateway = createGatewayRuntime({
  supergraph,
  graphqlEndpoint: '/',
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') }),
  },
});
const server = createServer(gateway);
server.listen(Number(port), '127.0.0.1', () => {
  console.log(`listening at http://127.0.0.1:${server.address().port}/`);
});
process.once('SIGTERM', () => server.close());
