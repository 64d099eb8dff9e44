// Ways to break a document: each validation rule has at least one, and the grammar has some.

import { Kind, Lexer, Source, TokenKind, parse, print } from 'graphql';
import { any } from './values.mjs';

// Every node of a document, with what it stands in.
function nodes(root) {
  const found = [];
  const walk = (node, parent) => {
    if (Array.isArray(node)) node.forEach((item) => walk(item, parent));
    else if (node?.kind) {
      found.push({ node, parent });
      for (const [key, value] of Object.entries(node)) if (key !== 'loc') walk(value, node);
    }
  };
  walk(root, null);
  return found;
}

const named = (value) => ({ kind: Kind.NAME, value });
const fragmentOf = (text) => parse(text, { noLocation: true }).definitions[0];
const selectionOf = (text) => fragmentOf(`{ ${text} }`).selectionSet.selections[0];
const valueOf = (text) => selectionOf(`f(a: ${text})`).arguments[0].value;
const directiveOf = (text) => selectionOf(`f ${text}`).directives[0];
const typeOf = (text) => fragmentOf(`query ($a: ${text}) { f }`).variableDefinitions[0].type;
const variableOf = (text) => fragmentOf(`query (${text}) { f }`).variableDefinitions[0];

// Each takes one node of a kind (or the document) and changes it.
const BREAKS = [
  [Kind.FIELD, (random, field) => { field.name = named(random.pick(['nope', 'id', 'size', 'text', '__schema', '__type'])); }],
  [Kind.FIELD, (_random, field) => { field.selectionSet = field.selectionSet ? undefined : fragmentOf('{ id }').selectionSet; }],
  [Kind.FIELD, (random, field) => { field.arguments.push({ kind: Kind.ARGUMENT, name: named(random.pick(['nope', 'int', 'mode', 'id'])), value: valueOf(any(random)) }); }],
  [Kind.FIELD, (random, field) => { if (field.arguments.length) field.arguments.push(random.pick(field.arguments)); }],
  [Kind.FIELD, (random, field) => { if (field.arguments.length) field.arguments.splice(random.below(field.arguments.length), 1); }],
  [Kind.FIELD, (random, field) => { field.alias = named(random.pick(['a', 'b', 'name', 'id', 'size'])); }],
  [Kind.FIELD, (random, field) => { field.directives.push(directiveOf(random.pick(['@nope', '@deprecated', '@oneOf', '@skip', '@include(if: null)', '@skip(if: 1)', '@include(if: true, if: false)', '@skip(if: true, unless: 1)', '@skip(if: $nope)', '@specifiedBy(url: "u")']))); }],
  [Kind.DIRECTIVE, (_random, directive, parent) => { parent.directives.push(directive); }],
  [Kind.ARGUMENT, (random, argument) => { argument.value = valueOf(any(random)); }],
  [Kind.ARGUMENT, (random, argument) => { argument.value = valueOf(any(random)); }],
  [Kind.OBJECT_FIELD, (random, field) => { field.value = valueOf(any(random)); }],
  [Kind.OBJECT, (random, object) => { if (object.fields.length) object.fields.push(random.pick(object.fields)); }],
  [Kind.OBJECT, (random, object) => { object.fields.push({ kind: Kind.OBJECT_FIELD, name: named(random.pick(['nope', 'id', 'size', 'numbers'])), value: valueOf(any(random)) }); }],
  [Kind.OBJECT, (random, object) => { if (object.fields.length) object.fields.splice(random.below(object.fields.length), 1); }],
  [Kind.LIST, (random, list) => { list.values.push(valueOf(any(random))); }],
  [Kind.VARIABLE, (random, variable) => { variable.name = named(random.pick(['nope', 'v0', 'v1'])); }],
  [Kind.VARIABLE_DEFINITION, (random, definition) => { definition.type = typeOf(random.pick(['Int', 'String', 'Boolean!', '[Int]', 'Key', 'Change', 'ID', 'Style', 'Float!', '[[Int!]!]!', 'Json'])); }],
  [Kind.VARIABLE_DEFINITION, (random, definition) => { definition.type = typeOf(random.pick(['Contact', 'Entity', 'Found', 'Nope', '[Contact!]', 'Query'])); }],
  [Kind.VARIABLE_DEFINITION, (random, definition) => { definition.defaultValue = valueOf(any(random)); }],
  [Kind.VARIABLE_DEFINITION, (_random, definition) => { definition.type = definition.type.kind === Kind.NON_NULL_TYPE ? definition.type.type : definition.type; }],
  [Kind.VARIABLE_DEFINITION, (random, definition) => { definition.directives = [directiveOf(random.pick(['@nope', '@skip(if: true)']))]; }],
  [Kind.OPERATION_DEFINITION, (_random, operation) => { const [first] = operation.variableDefinitions; if (first) operation.variableDefinitions.push(first); }],
  [Kind.OPERATION_DEFINITION, (random, operation) => { operation.variableDefinitions.splice(random.below(operation.variableDefinitions.length), 1); }],
  [Kind.OPERATION_DEFINITION, (random, operation) => { operation.variableDefinitions = [...operation.variableDefinitions, variableOf(random.pick(['$unused: Int', '$unused: Nope', '$unused: Int = "a"']))]; }],
  [Kind.OPERATION_DEFINITION, (random, operation) => { operation.directives = [directiveOf(random.pick(['@nope', '@skip(if: true)', '@include(if: false)']))]; }],
  [Kind.OPERATION_DEFINITION, (random, operation) => { operation.operation = random.pick(['query', 'mutation', 'subscription']); }],
  [Kind.INLINE_FRAGMENT, (random, fragment) => { fragment.typeCondition = typeOf(random.pick(['Contact', 'Note', 'Count', 'Party', 'Query', 'Nope', 'Int', 'Style', 'Key', 'Json'])); }],
  [Kind.FRAGMENT_DEFINITION, (random, fragment) => { fragment.typeCondition = typeOf(random.pick(['Contact', 'Note', 'Count', 'Party', 'Query', 'Nope', 'Int', 'Style', 'Change'])); }],
  [Kind.FRAGMENT_DEFINITION, (random, fragment) => { fragment.selectionSet.selections.push(selectionOf(`...${random.pick(['F0', 'F1', fragment.name.value])}`)); }],
  [Kind.FRAGMENT_SPREAD, (random, spread) => { spread.name = named(random.pick(['Nope', 'F0', 'F1', 'F2'])); }],
  [Kind.SELECTION_SET, (random, set) => {
    set.selections.push(selectionOf(random.pick([
      'a: id b: id', 'name: id', 'id: __typename', 'label(times: 1)', 'label(times: $v0)', 'obey(mode: FAIL)', '...F0', '... on Note { id }',
      '... on Count { number }', '... on Contact { size: id }', 'size: name', 'first(first: 9) { id }', 'friends: related { id }', 'version: name',
      '... { __typename: id }', 'hole: strict', 'rows { id: name }', 'label(style: NOPE)', '__typename { a }',
    ])));
  }],
  [Kind.SELECTION_SET, (random, set) => { if (set.selections.length > 1) set.selections.splice(random.below(set.selections.length), 1); }],
  [Kind.DOCUMENT, (random, document) => { document.definitions.push(random.pick(document.definitions)); }],
  [Kind.DOCUMENT, (random, document) => {
    document.definitions.push(...parse(random.pick([
      'query Other { version }', '{ version }', 'fragment Unused on Contact { id }', 'fragment Unused on Nope { id }', 'type T { a: Int }',
      'extend type Contact { a: Int }', 'schema { query: Query }', 'directive @d on FIELD', 'subscription S { ticks tocks }',
      'subscription S { __typename }', 'subscription S { ticks }', 'subscription S { ...U } fragment U on Ticks { ticks tocks }',
      'subscription S { ticks @skip(if: true) }', 'query Deep { __schema { types { fields { type { fields { type { fields { name } } } } } } } }',
      'fragment A on Contact { ...B } fragment B on Contact { ...A }', 'fragment U on Int { a }', 'query Other($a: Int) { version }',
      'subscription { ticks a: ticks }', 'mutation { add { number } }', 'scalar S',
    ]), { noLocation: true }).definitions);
  }],
];

// Breaks a document in one or two places; what comes out may be valid all the same. `first` is the way to try first, so
// that all ways come in turn.
export function broken(random, text, first) {
  const document = parse(text, { noLocation: true });
  for (let left = random.chance(0.2) ? 2 : 1, tries = 0; left > 0 && tries < 40; tries++) {
    const [kind, change] = tries === 0 ? BREAKS[first % BREAKS.length] : random.pick(BREAKS);
    const places = nodes(document).filter(({ node }) => node.kind === kind);
    if (places.length === 0) continue;
    const { node, parent } = random.pick(places);
    change(random, node, parent);
    left -= 1;
  }
  return print(document);
}

// The texts of a document's tokens; none if it has something else.
export function tokens(text) {
  const lexer = new Lexer(new Source(text));
  const found = [];
  try {
    while (lexer.advance().kind !== TokenKind.EOF) found.push(text.slice(lexer.token.start, lexer.token.end));
  } catch {
    return [];
  }
  return found;
}

const ODD = [
  '{', '}', '(', ')', '[', ']', '!', '$', ':', '=', '@', '|', '&', '...', 'on', 'null', 'true', 'query', 'fragment', '"', '"""', '""', '..', '?', '1.', '.5',
  '01', '1a', '-', '"\\x"', '"\\u12"', '"\\u{110000}"', '"\\ud800"', '"a\nb"', '%', '\u00e9', '\ufeff', '\u0000', '0x1', '1e', '1_000', '"\\u{}"', "'a'", '#', '1.e1', '+1',
];

// Leaves out, doubles, swaps or replaces one token.
export function garbled(random, text) {
  const all = tokens(text);
  const at = random.below(all.length);
  switch (random.below(4)) {
    case 0: all.splice(at, 1); break;
    case 1: all.splice(at, 0, all[at]); break;
    case 2: all.splice(at, 1, random.pick(ODD)); break;
    default: all.splice(at, 0, random.pick(ODD));
  }
  return all.join(' ');
}

// Writes the same tokens in another way: white space, commas and comments mean nothing.
export function respaced(random, text) {
  const between = () => random.pick([' ', ' ', '\n', ',', ' , ', '\t', '\r\n', ' # it is {\n', ',,\n', '\r', '\ufeff ']);
  return tokens(text).map((token) => token + between()).join('');
}
