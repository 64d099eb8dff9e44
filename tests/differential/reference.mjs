// The answers of graphql-js, in a form that can be compared.

import {
  GraphQLError, Kind, execute, getNullableType, isInputObjectType, isListType, isNonNullType, parse, specifiedRules, validate,
} from 'graphql';

// Returns the reasons for which a document is refused: `Syntax`, or the names of the rules it breaks. Empty if it is valid.
export function refusals(schema, text) {
  let document;
  try {
    document = parse(text);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { broken: ['Syntax'] };
  }
  const theirs = checked(schema, document, specifiedRules);
  const found = errors(schema, document, RULES);
  const corrected = (theirs.length === 0) !== (found.length === 0);
  if (found.length === 0) return { document, broken: [], corrected };
  const broken = RULES.filter((rule) => errors(schema, document, [rule]).length > 0);
  return { document, broken: broken.map((rule) => rule.name.replace(/Rule$/, '')), corrected };
}

// The error of graphql-js about a variable in a @oneOf input is left to the rule below.
function errors(schema, document, rules) {
  const found = checked(schema, document, rules);
  return found.filter((error) => !error.message.includes('must be non-nullable to be used for OneOf'));
}

// graphql-js throws its error if a variable skips the root of a subscription, which is not allowed.
function checked(schema, document, rules) {
  try {
    return validate(schema, document, rules, { maxErrors: 1000 });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return [error];
  }
}

// `IsVariableUsageAllowed` of the specification (5.8.5) for a field of a @oneOf input: null must not come, unless a
// default that is not null stands for it. graphql-js 16.15 does not look where the input itself must not be null, and
// does not let the default count.
function VariablesOfOneOfRule(context) {
  return {
    OperationDefinition(operation) {
      for (const { node, parentType } of context.getRecursiveVariableUsages(operation)) {
        const input = parentType && getNullableType(parentType);
        const variable = operation.variableDefinitions.find(({ variable }) => variable.name.value === node.name.value);
        if (!isInputObjectType(input) || !input.isOneOf || !variable || variable.type.kind === Kind.NON_NULL_TYPE) continue;
        const filled = variable.defaultValue && variable.defaultValue.kind !== Kind.NULL;
        if (!filled) context.reportError(new GraphQLError(`"$${node.name.value}" may be null`, { nodes: node }));
      }
    },
  };
}

const RULES = [...specifiedRules, VariablesOfOneOfRule];

// Runs an operation that is valid. `data` is JSON text, and absent if the request was refused.
export async function run({ strict, nullable }, document, operationName, variables) {
  const features = new Set();
  const given = {
    document,
    variableValues: JSON.parse(variables),
    operationName,
  };
  const calls = [];
  const context = { calls, seen: (value, type) => see(value, type, features) };
  const result = await execute({ ...given, schema: strict, contextValue: context });
  if (!('data' in result)) return { refused: result.errors.map((error) => error.message), features: ['refused'] };
  // Fields that run on after the answer is made, since a neighbour failed, still make calls.
  const made = [...calls];
  const all = await execute({ ...given, schema: nullable, contextValue: { calls: [] } });
  if (result.data === null) features.add('data is null');
  return {
    data: JSON.stringify(result.data),
    errors: paths(result.errors),
    possible: paths(all.errors),
    calls: made,
    features: [...features],
  };
}

function paths(errors = []) {
  return errors.map((error) => error.path ?? []);
}

// Notes where a failure or a null stands.
function see(value, type, features) {
  const required = isNonNullType(type);
  const named = required ? type.ofType : type;
  if (value instanceof Error) features.add(required ? 'failure in a non-null place' : 'failure in a nullable place');
  else if (value == null) features.add(required ? 'null in a non-null place' : 'null in a nullable place');
  else if (isListType(named) && Array.isArray(value)) {
    for (const item of value) {
      see(item, named.ofType, features);
      if (item instanceof Error) features.add('failure of an item');
      if (Array.isArray(item)) features.add('list in a list');
    }
  }
}
