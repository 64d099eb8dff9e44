// Operations that read the schema. Of the specification's own types, scalars and directives only what every edition of it
// has: their texts, fields and places are of the edition that an implementation follows.

const TYPES = ['Contact', 'Organization', 'Entity', 'Measured', 'Found', 'Change', 'Key', 'Style', 'Json', 'Query', 'Mutation', 'Nope', 'Mode', 'Found', 'Party'];

const REF = 'kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }';

const PARTS = [
  'kind name',
  'description',
  'isOneOf',
  '__typename',
  `fields { name description args { name defaultValue type { ${REF} } } type { ${REF} } isDeprecated deprecationReason }`,
  'fields(includeDeprecated: true) { name }',
  `inputFields { name defaultValue type { ${REF} } isDeprecated }`,
  'enumValues { name description isDeprecated deprecationReason }',
  'kind interfaces { name }',
  'possibleTypes { name }',
  'specifiedByURL',
  'ofType { name }',
];

export function introspection(random) {
  const selected = () => random.some(PARTS, 1 + random.below(4)).join(' ');
  if (random.chance(0.75)) {
    const types = random.some(TYPES, 1 + random.below(3));
    return `{ ${types.map((name, index) => `t${index}: __type(name: "${name}") { ${selected()} }`).join(' ')} version }`;
  }
  return random.pick([
    '{ __schema { queryType { name } mutationType { name kind } subscriptionType { name } __typename } }',
    '{ __schema { description queryType { fields { name } } } }',
    '{ s: __schema { directives { name } } }',
    'query Q($n: String = "Note") { __type(name: $n) { name fields { name } } __typename }',
    '{ __type(name: "Contact") { ...T } } fragment T on __Type { name interfaces { ...N } } fragment N on __Type { name kind }',
    '{ __schema { types { name kind } } a: __type(name: "__Type") { kind name } b: __type(name: "Int") { kind name specifiedByURL } }',
    '{ __schema { directives { name args { name type { name ofType { name } } defaultValue } isRepeatable } } }',
  ]);
}
