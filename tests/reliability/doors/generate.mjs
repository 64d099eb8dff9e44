// Every place of the schema that takes an id, a cursor or a text, as an operation with one variable.

import {
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
} from "graphql";

const CURSORS = new Set(["after", "before"]);
/** The levels of objects that are selected, so that content would show. */
const DEPTH = 1;

/**
 * Returns the doors of a schema. Each has a name, a document with the variable `$value`, and the kind of the value:
 * `id`, `cursor` or `text`. `own` returns a value that the caller may use for an argument that must be there.
 */
export function doors(schema, own) {
  const roots = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.values(type.getFields()).flatMap((field) => ofField(schema, type.name.toLowerCase(), field, own)),
  );
  const node = schema.getType("Node");
  const nested = schema.getPossibleTypes(node).flatMap((type) =>
    Object.values(type.getFields()).flatMap((field) =>
      ofField(schema, "query", field, own, (inner) => `node(id: ${literal(own("id", type.name))}) { ... on ${type.name} { ${inner} } }`, type.name),
    ),
  );
  return [...roots, ...nested];
}

function ofField(schema, operation, field, own, wrap = (inner) => inner, parent = operation) {
  return field.args.flatMap((argument) =>
    leaves(argument.type, argument.name).map((path) => {
      const args = field.args.flatMap((other) => {
        if (other === argument) return [`${other.name}: ${nested(other, path.steps, own, field.name)}`];
        return isRequiredArgument(other) ? [`${other.name}: ${literal(own(other.name, field.name, other.type))}`] : [];
      });
      if (path.kind === "cursor") args.push(path.name === "before" ? "last: 3" : "first: 3");
      const text = wrap(`${field.name}(${args.join(", ")})${selection(field.type, DEPTH)}`);
      const type = { id: "ID!", cursor: "String!", text: "String!" }[path.kind];
      return {
        name: `${parent}.${field.name}(${path.steps.join(".")})`,
        list: `${parent}.${field.name}`,
        operation,
        kind: path.kind,
        document: `${operation} Door($value: ${type}) { ${text} }`,
      };
    }),
  );
}

/** The places inside an argument that take an id, a cursor or a text. Input types that contain themselves are entered once. */
function leaves(type, name, steps = [name], within = new Set()) {
  const named = getNamedType(type);
  if (named.name === "ID") return [{ kind: "id", name, steps }];
  if (named.name === "String") return [{ kind: CURSORS.has(name) ? "cursor" : "text", name, steps }];
  if (!isInputObjectType(named) || within.has(named)) return [];
  return Object.values(named.getFields()).flatMap((field) =>
    leaves(field.type, field.name, [...steps, field.name], new Set([...within, named])),
  );
}

/** Writes the value of an argument with `$value` at the end of the steps, and what else must be there. */
function nested({ type }, steps, own, place) {
  const [, next, ...rest] = steps;
  const written = next ? object(getNamedType(type), [next, ...rest], own, place) : "$value";
  return hasList(type) ? `[${written}]` : written;
}

function object(type, [next, ...rest], own, place) {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    if (field.name === next) return [`${field.name}: ${nested(field, [next, ...rest], own, place)}`];
    return isRequiredInputField(field) && !type.isOneOf ? [`${field.name}: ${literal(required(field, own, place))}`] : [];
  });
  return `{ ${fields.join(", ")} }`;
}

/** A value for an input field that must be there: the caller's own, field by field for an input object. */
function required(field, own, place) {
  const named = getNamedType(field.type);
  const value = isInputObjectType(named)
    ? Object.fromEntries(needed(named).map((inner) => [inner.name, required(inner, own, place)]))
    : own(field.name, place, field.type);
  return hasList(field.type) ? [value] : value;
}

/** The fields that an input object must have: one of those of which there must be exactly one. */
function needed(type) {
  const fields = Object.values(type.getFields());
  return type.isOneOf ? fields.slice(0, 1) : fields.filter((field) => isRequiredInputField(field));
}

function hasList(type) {
  return isNonNullType(type) ? hasList(type.ofType) : isListType(type);
}

/** A value of an enum, which is written without quotes. */
export class EnumValue {
  constructor(name) {
    this.name = name;
  }
}

/** Writes a value as GraphQL does. */
export function literal(value) {
  if (value instanceof EnumValue) return value.name;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{ ${Object.entries(value).map(([name, each]) => `${name}: ${literal(each)}`).join(", ")} }`;
}

/** Selects every plain field, and objects down to a depth. */
export function selection(type, depth) {
  const named = getNamedType(type);
  if (isLeafType(named)) return "";
  if (isUnionType(named)) {
    return ` { __typename ${named.getTypes().map((each) => `... on ${each.name} { id }`).join(" ")} }`;
  }
  if (isInterfaceType(named)) return " { __typename id }";
  if (!isObjectType(named)) return "";
  const isWrapper = /(Connection|Edge|Payload)$/.test(named.name);
  const fields = Object.values(named.getFields()).flatMap((field) => {
    if (field.args.some(isRequiredArgument)) return [];
    const inner = getNamedType(field.type);
    if (isLeafType(inner)) return [field.name];
    // Lists inside lists would cost more than an operation may.
    if (depth === 0 || /Connection$/.test(inner.name)) return [];
    return [`${field.name}${selection(field.type, isWrapper ? depth : depth - 1)}`];
  });
  return ` { __typename ${fields.join(" ")} }`;
}
