// Prints what graphql-js says of the mistakes in `mistakes.json`: for each, a list of messages with their positions.
//
//     node mistakes.mjs SCHEMA.graphql

import { readFileSync } from 'node:fs';
import { GraphQLError, buildSchema, execute, parse, validate } from 'graphql';

const schema = buildSchema(readFileSync(process.argv[2], 'utf8'));
const mistakes = JSON.parse(readFileSync(new URL('./mistakes.json', import.meta.url), 'utf8'));

function errors({ query, variables, operationName }) {
  let document;
  try {
    document = parse(query);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return [error];
  }
  const invalid = validate(schema, document);
  if (invalid.length > 0) return invalid;
  const result = execute({ schema, document, variableValues: variables, operationName, fieldResolver: () => null });
  return 'data' in result ? [] : result.errors;
}

const told = mistakes.map((mistake) =>
  errors(mistake).map(({ message, locations }) => ({ message, locations: locations ?? [] })),
);
process.stdout.write(JSON.stringify(told));
