// Values of input types: as literals, and as JSON for variables. Good ones and bad ones.

import {
  isEnumType, isInputObjectType, isListType, isNonNullType, isRequiredInputField,
} from 'graphql';

// The most levels of input objects.
const DEEPEST = 2;

const STRINGS = ['', 'a', 'two words', 'quo"te', 'back\\slash', 'line\nbreak', 'tab\t', 'Zoë Ω', '😀 \u2028', '$x # {', '\u0007'];
const IDS = ['contact_1', 'contact_2', 'contact_3', 'contact_4', 'organization_1', 'organization_2', 'note_1', 'note_2'];

// Literals of each scalar, as text.
const LITERALS = {
  Int: (random) => random.pick(['0', '1', '-1', '2', '3', '42', '2147483647', '-2147483648', '-0']),
  Float: (random) => random.pick(['0', '1.5', '-0.25', '3', '1e3', '6.02E+2', '1.0', '0.1', '-7', '25e-1']),
  String: (random) => text(random),
  Boolean: (random) => random.pick(['true', 'false']),
  ID: (random) => (random.chance(0.9) ? JSON.stringify(random.pick(IDS)) : random.pick(['7', '"x y"', '""', '-1'])),
};

// A string as a literal, in one of the ways to write it.
function text(random) {
  const value = random.pick(STRINGS);
  if (random.chance(0.7)) return JSON.stringify(value);
  return random.pick([
    '"""block"""',
    '"""\n    indented\n      more\n\n    "quoted" \\""" end\n  """',
    '"""\n\n  one\n\ttwo\n"""',
    '""""""',
    '"\\u00e9\\n\\/\\b\\f"',
    '"\\ud83d\\ude00"',
    '"\\u{1F600} \\u{e9}"',
    '"""a\\nb \\u00e9"""',
    '"""  first\n    second\n  third  """',
    '"""\r\n  x\r\n  y\r  z"""',
  ]);
}

const JSONS = {
  Int: (random) => random.pick(['0', '1', '-1', '2', '3', '2147483647', '-2147483648']),
  Float: (random) => random.pick(['0', '1.5', '-0.25', '3', '0.1', '-7', '1e3']),
  String: (random) => JSON.stringify(random.pick(STRINGS)),
  Boolean: (random) => random.pick(['true', 'false']),
  ID: (random) => (random.chance(0.9) ? JSON.stringify(random.pick(IDS)) : random.pick(['7', '""', '12345678901'])),
  // Keys in the order of the alphabet: the order of a JSON object's members says nothing.
  Json: (random) => random.pick(['1', '"s"', 'null', '[1,[null,{"a":true}]]', '{"a":{"b":[],"c":1.5},"d":null}', '{}', 'false']),
};

export const isOneOf = (type) => isInputObjectType(type) && type.isOneOf;

// A literal. `variable(type, hasDefault)` may give a variable instead, or nothing.
export function literal(random, type, variable, hasDefault = false, depth = 0) {
  const used = variable?.(type, hasDefault);
  if (used) return used;
  if (isNonNullType(type)) return filled(random, type.ofType, variable, depth);
  if (random.chance(0.08)) return 'null';
  return filled(random, type, variable, depth);
}

function filled(random, type, variable, depth) {
  if (isListType(type)) return list(random, type.ofType, variable, depth);
  if (isEnumType(type)) return random.pick(type.getValues()).name;
  if (isInputObjectType(type)) return object(random, type, variable, depth);
  if (type.name === 'Json') return json(random, variable, 0);
  return LITERALS[type.name](random);
}

function list(random, item, variable, depth) {
  // One item stands for a list of it.
  if (random.chance(0.15)) return filled(random, isNonNullType(item) ? item.ofType : item, variable, depth);
  const items = Array.from({ length: random.below(4) }, () => literal(random, item, variable, false, depth));
  return `[${items.join(random.pick([', ', ' ', ',']))}]`;
}

function object(random, type, variable, depth) {
  const all = Object.values(type.getFields());
  if (isOneOf(type)) {
    const field = random.pick(depth < DEEPEST ? all : all.filter((field) => field.name !== 'change'));
    const required = (of) => variable?.({ required: of }, false);
    const value = required(field.type) ?? filled(random, field.type, variable, depth + 1);
    return `{${field.name}: ${value}}`;
  }
  const may = all.filter((field) => !isRequiredInputField(field) && (depth < DEEPEST || !nests(field.type)));
  const fields = [...all.filter(isRequiredInputField), ...random.some(may, random.below(4))];
  const written = fields.map((field) => {
    const value = literal(random, field.type, variable, field.defaultValue !== undefined, depth + 1);
    return `${field.name}: ${value}`;
  });
  return `{${written.join(', ')}}`;
}

function nests(type) {
  return isNonNullType(type) || isListType(type) ? nests(type.ofType) : isInputObjectType(type);
}

function json(random, variable, depth) {
  const inner = () => (random.chance(0.25) && variable?.(null, false)) || json(random, variable, depth + 1);
  switch (random.below(depth < 3 ? 8 : 5)) {
    case 0: return random.pick(['1', '-2', '1.5', '0']);
    case 1: return JSON.stringify(random.pick(STRINGS));
    case 2: return random.pick(['true', 'false']);
    case 3: return 'null';
    case 4: return 'NAME';
    case 5: return `[${Array.from({ length: random.below(3) }, inner).join(', ')}]`;
    default: {
      const keys = random.some(['z', 'b', 'a', 'y'], random.below(4));
      return `{${keys.map((key) => `${key}: ${inner()}`).join(', ')}}`;
    }
  }
}

// A good value for a variable, as JSON text.
export function good(random, type, depth = 0) {
  if (isNonNullType(type)) return goodFilled(random, type.ofType, depth);
  return random.chance(0.1) ? 'null' : goodFilled(random, type, depth);
}

function goodFilled(random, type, depth) {
  if (isListType(type)) {
    if (random.chance(0.15)) return goodFilled(random, isNonNullType(type.ofType) ? type.ofType.ofType : type.ofType, depth);
    return `[${Array.from({ length: random.below(4) }, () => good(random, type.ofType, depth)).join(',')}]`;
  }
  if (isEnumType(type)) return JSON.stringify(random.pick(type.getValues()).name);
  if (!isInputObjectType(type)) return JSONS[type.name](random);
  const all = Object.values(type.getFields());
  if (isOneOf(type)) {
    const field = random.pick(depth < DEEPEST ? all : all.filter((field) => field.name !== 'change'));
    return `{"${field.name}":${goodFilled(random, field.type, depth + 1)}}`;
  }
  const may = all.filter((field) => !isRequiredInputField(field) && (depth < DEEPEST || !nests(field.type)));
  const fields = [...all.filter(isRequiredInputField), ...random.some(may, random.below(4))];
  return `{${fields.map((field) => `"${field.name}":${good(random, field.type, depth + 1)}`).join(',')}}`;
}

// A value that is probably bad, as JSON text.
export function bad(random, type, depth = 0) {
  if (isNonNullType(type)) return random.chance(0.2) ? 'null' : bad(random, type.ofType, depth);
  if (isListType(type)) {
    const good = goodFilled(random, type, depth);
    const wrong = bad(random, type.ofType, depth);
    return good.startsWith('[') && good !== '[]' ? `${good.slice(0, -1)},${wrong}]` : `[${wrong}]`;
  }
  if (isEnumType(type)) return random.pick(['"NOPE"', '1', 'true', '""', '"short"', '{}', '["SHORT"]']);
  if (isOneOf(type)) {
    return random.pick([
      '{}', '{"id":"a","name":"b"}', '{"id":null}', '{"name":null,"id":"a"}', '{"nope":1}', '{"numbers":[1,null]}',
      '{"change":{"size":null}}', '"a"', '[]', '{"numbers":1,"id":null}',
    ]);
  }
  if (isInputObjectType(type)) {
    return random.pick([
      '{"nope":1}', '{"size":null}', '{"title":1}', '{"tags":[null]}', '{"inner":{"size":"1"}}', '"a"', '[]', '{"tags":{}}',
      '{"key":{}}', '{"style":"NOPE"}', '{"steps":[[null]]}', '{"inner":{"key":{"id":"a","name":"b"}}}', '{"open":0}',
    ]);
  }
  return random.pick(BAD[type.name]);
}

const BAD = {
  Int: ['"1"', '1.5', '2147483648', '-2147483649', 'true', '{}', '[]', '[1]', '1e10', '1.0', '1e2'],
  Float: ['"1.5"', 'true', '{}', '[]', '"NaN"'],
  String: ['1', 'true', '{}', '[]', '1.5', '["a"]'],
  Boolean: ['1', '"true"', '0', '{}', '[]'],
  ID: ['1.5', 'true', '{}', '[]', '[1]'],
  Json: ['null', '1', '{}'],
};

// Any literal, whatever is asked for.
export function any(random) {
  return random.pick([
    '1', '1.5', '"a"', 'true', 'null', 'SHORT', 'NOPE', '[]', '[1]', '{}', '{size: 1}', '{id: "a"}', '{nope: 1}',
    '2147483648', '-2147483649', '["a", null]', '[[1]]', '{id: null}', '{id: "a", name: "b"}', '"SHORT"', '1.0', '{numbers: [null]}',
    '{size: null}', '12345678901234567890', '{tags: "one"}', '{inner: {inner: {}}}', '{key: {}}', '1e400',
  ]);
}
