// Prints the cases, one JSON object a line: an operation, the variables it is run with, and what graphql-js answers.
//
//     node cases.mjs SCHEMA.graphql [FIRST_SEED COUNT]
//
// A case is made from its seed alone.

import { readFileSync } from 'node:fs';
import { GraphQLError } from 'graphql';
import { Generator } from './generate.mjs';
import { broken, garbled, respaced, tokens } from './break.mjs';
import { corners } from './corners.mjs';
import { introspection } from './introspection.mjs';
import { features } from './features.mjs';
import { Random } from './random.mjs';
import { refusals, run } from './reference.mjs';
import { schemas } from './schema.mjs';

// A resolver that fails after its neighbour has: graphql-js no longer waits for it.
process.on('unhandledRejection', (error) => {
  if (!(error instanceof GraphQLError)) throw error;
});

const [file, first = '0', count = '2500'] = process.argv.slice(2);
const pair = schemas(readFileSync(file, 'utf8'));

const edges = corners.map((corner) => ({ runs: ['{}'], operationName: null, ...corner }));
// Those whose tokens can be separated.
const readable = edges.filter(({ query }) => tokens(query).length > 0);

function make(seed) {
  if (seed < edges.length) return edges[seed];
  const random = new Random(seed);
  const made = new Generator(random, pair.strict).document(random.chance(0.17) ? 'mutation' : 'query');
  const kind = random.below(100);
  if (kind < 16) return { ...made, query: broken(random, made.query, seed) };
  if (kind < 18) return { ...made, query: garbled(random, made.query) };
  if (kind < 21) {
    const edge = random.pick(readable);
    return { ...edge, query: garbled(random, edge.query) };
  }
  if (kind < 24) return { ...made, query: introspection(random), operationName: null, runs: ['{}'] };
  if (kind < 40) return { ...made, query: respaced(random, made.query) };
  return made;
}

for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  const made = make(seed);
  const { document, broken: rules, corrected } = refusals(pair.strict, made.query);
  const runs = [];
  for (const variables of made.runs) {
    const expected = rules.length ? { refused: rules, features: [] } : await run(pair, document, made.operationName, variables);
    runs.push({ variables, ...expected });
  }
  const { query, operationName } = made;
  const told = rules.length ? [] : features(pair.strict, document, operationName, made.runs);
  process.stdout.write(`${JSON.stringify({ seed, query, operationName, rules, corrected: corrected ?? false, features: told, runs })}\n`);
}
