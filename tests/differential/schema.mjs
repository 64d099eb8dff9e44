// The reference's schema: built from the SDL of the other side, resolvers over the same canned data.

import { readFileSync } from 'node:fs';
import {
  GraphQLError, GraphQLList, GraphQLNonNull, Kind, buildASTSchema, getNamedType, isListType, isNonNullType,
  isObjectType, isAbstractType, parse, visit,
} from 'graphql';

const canned = JSON.parse(readFileSync(new URL('./canned.json', import.meta.url), 'utf8'));
const slow = new Set(canned.slow);
const slices = new Set(canned.slices);
const records = new Map(Object.entries(canned.records).map(([id, record]) => [id, { id, ...record }]));

// The schema, and the same with every field nullable: there, no failure hides another one.
export function schemas(sdl) {
  const ast = parse(sdl);
  const nullable = visit(ast, {
    FieldDefinition: (field) => ({ ...field, type: withoutNonNull(field.type) }),
  });
  const strict = attach(buildASTSchema(ast));
  return { strict, nullable: attach(buildASTSchema(nullable), strict) };
}

function withoutNonNull(type) {
  if (type.kind === Kind.NON_NULL_TYPE) return withoutNonNull(type.type);
  if (type.kind === Kind.LIST_TYPE) return { ...type, type: withoutNonNull(type.type) };
  return type;
}

// Gives every field its resolver. With `strict`, a null which that schema does not allow is a failure.
function attach(schema, strict) {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isAbstractType(type)) type.resolveType = (record) => record.type;
    if (!isObjectType(type) || type === schema.getSubscriptionType()) continue;
    for (const field of Object.values(type.getFields())) {
      const name = `${type.name}.${field.name}`;
      const own = OWN[name] ?? OWN[`*.${field.name}`] ?? read;
      const declared = strict?.getType(type.name).getFields()[field.name].type ?? field.type;
      const resolve = (source, args, context) => {
        const value = own(source, args, context, { name, type, field, schema });
        context.seen?.(value, declared);
        return strict ? marked(value, declared) : value;
      };
      field.resolve = slow.has(name)
        ? async (...given) => {
            await new Promise(setImmediate);
            return resolve(...given);
          }
        : resolve;
    }
  }
  return schema;
}

// Failures in place of the nulls that may not be there.
function marked(value, type) {
  if (isNonNullType(type)) return value == null ? new GraphQLError('null') : marked(value, type.ofType);
  return Array.isArray(value) && isListType(type) ? value.map((item) => marked(item, type.ofType)) : value;
}

function value(canned) {
  if (Array.isArray(canned)) return canned.map(value);
  if (canned?.$fail) return new GraphQLError(canned.$fail);
  if (canned?.$ref) return records.get(canned.$ref);
  return canned ?? null;
}

function read(source, args, _context, { name, type, field, schema }) {
  const from = type === schema.getQueryType() ? canned.root : source;
  const found = value(from[field.name]);
  return slices.has(name) && Array.isArray(found) ? found.slice(0, Math.max(0, args.first)) : found;
}

const record = (id) => records.get(id) ?? null;
const of = (id, kind) => (records.get(id)?.type === kind ? record(id) : null);
const echo = (_source, args) => JSON.stringify(args);

function obey(mode, answer) {
  if (mode === 'FAIL') return new GraphQLError('told to fail');
  return mode === 'NULL' ? null : answer;
}

function call(context, told) {
  context.calls.push(told);
  return { number: context.calls.length };
}

// The fields whose answer is not in the canned data.
const OWN = {
  '*.label': (source, args) => `${source.id}${JSON.stringify(args)}`,
  '*.obey': (_source, { mode }) => obey(mode, 'obeyed'),
  '*.must': (_source, { mode }) => obey(mode, 'obeyed'),
  'Query.contact': (_source, { id }) => of(id, 'Contact'),
  'Query.organization': (_source, { id }) => of(id, 'Organization'),
  'Query.entity': (_source, { id }) => record(id),
  'Query.found': (_source, { ids }) => ids.map(record),
  'Query.json': (_source, args) => args.value ?? null,
  ...Object.fromEntries(
    ['echo', 'lists', 'tell', 'by', 'byAll', 'defaults', 'needs'].map((name) => [`Query.${name}`, echo]),
  ),
  'Count.obey': (_source, { mode }) => obey(mode, 1),
  'Count.must': (_source, { mode }) => obey(mode, 1),
  'Count.now': (_source, _args, context) => context.calls.length,
  'Count.entity': () => record('contact_1'),
  'Mutation.add': (_source, { by }, context) => call(context, `add ${by}`),
  'Mutation.slow': (_source, _args, context) => call(context, 'slow'),
  'Mutation.sure': (_source, _args, context) => call(context, 'sure'),
  'Mutation.change': (_source, args, context) => call(context, `change ${JSON.stringify(args)}`),
  'Mutation.fail': (_source, { mode }, context) => obey(mode, call(context, 'fail')),
  'Mutation.must': (_source, { mode }, context) => obey(mode, call(context, 'must')),
};
