// The features of a document and its runs, counted to show that the generator has not become weak.

import {
  Kind, TypeInfo, getNamedType, isEnumType, isInputObjectType, isInterfaceType, isListType, isNonNullType, isUnionType, visit, visitWithTypeInfo,
} from 'graphql';

const sort = (type) => (isInterfaceType(type) ? 'an interface' : isUnionType(type) ? 'a union' : 'an object');

export function features(schema, document, operationName, runs) {
  const found = new Set();
  const info = new TypeInfo(schema);
  const inside = [];
  visit(document, visitWithTypeInfo(info, {
    enter(node) {
      inside.push(node.kind);
      ENTER[node.kind]?.(node, { found, info, inside, schema });
    },
    leave() {
      inside.pop();
    },
  }));
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operations.length > 1) found.add('several operations');
  if (operationName) found.add('operationName');
  const chosen = operations.find((operation) => !operationName || operation.name?.value === operationName);
  for (const variable of chosen?.variableDefinitions ?? []) given(variable, runs, found);
  if (chosen?.operation === 'mutation') found.add('mutation');
  if (runs.length > 1) found.add('several sets of variables');
  return [...found];
}

function given({ variable, type, defaultValue }, runs, found) {
  const name = variable.name.value;
  if (defaultValue) found.add('variable with a default');
  for (const run of runs.map((text) => JSON.parse(text))) {
    if (!(name in run)) found.add(defaultValue ? 'variable absent, with a default' : 'variable absent');
    else if (run[name] === null) found.add('variable null');
    else found.add('variable given');
  }
  if (type.kind === Kind.NON_NULL_TYPE) found.add('variable that must not be null');
}

const ENTER = {
  [Kind.FIELD](node, { found, info, inside }) {
    if (node.alias) found.add('alias');
    if (node.name.value === '__typename') found.add('__typename');
    else if (node.name.value.startsWith('__')) found.add('introspection');
    if (node.arguments.length) found.add('argument');
    const type = info.getType();
    if (isListType(isNonNullType(type) ? type.ofType : type)) found.add('list');
  },
  [Kind.SELECTION_SET](node, { found }) {
    const keys = node.selections.filter((selection) => selection.kind === Kind.FIELD).map((field) => (field.alias ?? field.name).value);
    if (new Set(keys).size < keys.length) found.add('selected twice');
  },
  [Kind.INLINE_FRAGMENT](node, { found, info }) {
    found.add(node.typeCondition ? `inline fragment on ${sort(info.getType())}` : 'inline fragment without a type');
  },
  [Kind.FRAGMENT_DEFINITION](node, { found, info }) {
    found.add(`named fragment on ${sort(info.getType())}`);
    if (node.description) found.add('description');
  },
  [Kind.OPERATION_DEFINITION](node, { found }) {
    if (node.description) found.add('description');
  },
  [Kind.DIRECTIVE](node, { found }) {
    const value = node.arguments[0]?.value;
    found.add(`@${node.name.value} with a ${value?.kind === Kind.VARIABLE ? 'variable' : 'literal'}`);
  },
  [Kind.VARIABLE](_node, { found, inside, info }) {
    if (inside.includes(Kind.OBJECT)) found.add('variable in an input object');
    if (inside.includes(Kind.LIST)) found.add('variable in a list');
    const type = getNamedType(info.getInputType());
    if (isInputObjectType(type) && type.isOneOf) found.add('variable for a @oneOf input');
    if (isEnumType(type)) found.add('variable of an enum');
    if (isInputObjectType(type)) found.add('variable of an input object');
  },
  [Kind.OBJECT](_node, { found, info }) {
    const type = getNamedType(info.getInputType());
    if (isInputObjectType(type)) found.add(type.isOneOf ? '@oneOf literal' : 'input object literal');
  },
  [Kind.ENUM](_node, { found }) {
    found.add('enum literal');
  },
  [Kind.STRING](node, { found }) {
    if (node.block) found.add('block string');
  },
  [Kind.NULL](_node, { found }) {
    found.add('null literal');
  },
};
