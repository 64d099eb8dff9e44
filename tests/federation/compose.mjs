// Composes subgraphs to a supergraph, for a gateway:
//
//     node compose.mjs NAME URL FILE [NAME URL FILE]… > supergraph.graphql
import { readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

const args = process.argv.slice(2);
const services = [];
while (args.length > 0) {
  const [name, url, file] = args.splice(0, 3);
  services.push({ name, url, typeDefs: parse(readFileSync(file, 'utf8')) });
}
const { supergraphSdl, errors = [], hints = [] } = composeServices(services);
for (const problem of [...errors, ...hints]) console.error(String(problem));
if (errors.length > 0) process.exit(1);
process.stdout.write(supergraphSdl);
