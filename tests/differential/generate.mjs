// Operations that are valid, or nearly always: grown over the schema from one seed.

import {
  GraphQLNonNull, doTypesOverlap, getNamedType, isAbstractType, isCompositeType, isLeafType, isListType, isNonNullType,
  isNullableType, isObjectType, isRequiredArgument,
} from 'graphql';
import { good, bad, literal } from './values.mjs';

// The most levels of selections and the most selections of a document, fragments opened.
const DEEPEST = 5;
const MOST = 70;
const ALIASES = 24;

export class Generator {
  constructor(random, schema) {
    this.random = random;
    this.schema = schema;
    // The field of each key of the answer, so that fields with the same key can be merged.
    this.keys = new Map();
    this.variables = new Map();
    this.fragments = [];
    this.uses = new Set();
    this.aliases = 0;
    this.left = MOST;
    this.abstract = Object.values(schema.getTypeMap()).filter((type) => isCompositeType(type) && !type.name.startsWith('__'));
  }

  // A document with its operations; which one is run, and with which variables.
  document(kind) {
    const { random } = this;
    const count = random.chance(0.12) ? 2 + random.below(2) : 1;
    const operations = Array.from({ length: count }, (_, index) => this.operation(index === 0 ? kind : 'query', index, count));
    const definitions = [...operations, ...this.fragments].map((definition) => definition.text);
    const shuffled = random.chance(0.3) ? random.some(definitions, definitions.length) : definitions;
    const chosen = random.pick(operations);
    const name = this.operationName(operations, chosen);
    return { query: shuffled.join('\n'), operationName: name, runs: this.runs(chosen) };
  }

  operationName(operations, chosen) {
    const { random } = this;
    if (operations.length === 1) {
      if (random.chance(0.04)) return random.pick(['Other', '']);
      return chosen.name && random.chance(0.5) ? chosen.name : null;
    }
    return random.chance(0.15) ? random.pick([null, 'Other']) : chosen.name;
  }

  operation(kind, index, count) {
    const { random } = this;
    const root = kind === 'mutation' ? this.schema.getMutationType() : this.schema.getQueryType();
    const name = count > 1 || random.chance(0.5) ? `Op${index}` : '';
    const { text, uses } = this.within(() => this.selections(root, DEEPEST, 1 + random.below(5)));
    const declared = [...uses].map((variable) => this.variables.get(variable));
    const list = declared.map(({ name, type, initial }) => `${this.described()}$${name}: ${type}${initial ? ` = ${initial}` : ''}`);
    if (name === '' && kind === 'query' && declared.length === 0 && random.chance(0.7)) return { name, text, declared };
    const variables = list.length ? `${random.pick(['', ' '])}(${list.join(random.pick([', ', ' ', '\n']))})` : '';
    return { name, text: `${this.described()}${kind} ${name}${variables} ${text}`, declared };
  }

  // Descriptions mean nothing.
  described() {
    return this.random.chance(0.03) ? this.random.pick(['"What for." ', '"""\nWhat {\n"""\n', '"" ']) : '';
  }

  // The result, and the variables used in it; they are used around it as well.
  within(make) {
    const around = this.uses;
    this.uses = new Set();
    const made = make();
    const { uses } = this;
    this.uses = around;
    for (const name of uses) around.add(name);
    return { ...made, uses };
  }

  selections(type, depth, count) {
    const { random } = this;
    const parts = [];
    let height = 0;
    for (let i = 0; i < count; i++) {
      const before = this.aliases;
      const part = this.selection(type, depth);
      if (!part) continue;
      parts.push(part.text);
      // Written twice, as it stands: it is to be merged.
      const again = this.aliases - before;
      if (random.chance(0.06) && this.aliases + again <= ALIASES) {
        parts.push(part.text);
        this.aliases += again;
      }
      height = Math.max(height, part.height);
    }
    if (parts.length === 0) parts.push(isObjectType(type) || isAbstractType(type) ? '__typename' : '');
    return { text: `{ ${parts.join(random.pick([' ', ' ', '\n  ', ', ']))} }`, height };
  }

  selection(type, depth) {
    const { random } = this;
    this.left -= 1;
    const fragments = isAbstractType(type) ? 0.5 : 0.2;
    if (this.left > 0 && depth > 0 && random.chance(fragments)) {
      return random.chance(0.5) ? this.inline(type, depth) : this.spread(type, depth);
    }
    if (random.chance(0.1) || !type.getFields) return this.typename();
    return this.field(type, depth);
  }

  typename() {
    const alias = this.random.chance(0.2) && this.alias('__typename String!');
    return { text: `${alias ? `${alias}: ` : ''}__typename${this.directives()}`, height: 1 };
  }

  field(type, depth) {
    const { random } = this;
    const all = Object.values(type.getFields());
    const may = this.left > 0 && depth > 1 ? all : all.filter((field) => isLeafType(getNamedType(field.type)));
    // Fields that make the whole answer null are asked for, but not always.
    const calm = may.filter((field) => !['doomed', 'nothing'].includes(field.name) || random.chance(0.15));
    const composite = calm.filter((field) => !isLeafType(getNamedType(field.type)));
    const field = random.pick(composite.length && random.chance(0.45) ? composite : calm.length ? calm : all);
    const before = new Set(this.uses);
    const args = this.args(field);
    const signature = `${field.name}${args} ${field.type}`;
    const key = this.key(field, signature);
    if (key === null) {
      this.uses = before;
      return this.typename();
    }
    let text = `${key === field.name ? '' : `${key}: `}${field.name}${args}${this.directives()}`;
    const inner = getNamedType(field.type);
    if (isLeafType(inner)) return { text, height: 1 };
    const selected = this.selections(inner, depth - 1, 1 + random.below(isAbstractType(inner) ? 4 : 3));
    return { text: `${text} ${selected.text}`, height: selected.height + 1 };
  }

  // A key under which this field can stand everywhere in the document.
  key(field, signature) {
    const { random } = this;
    const known = this.keys.get(field.name);
    if ((known === undefined || known === signature || random.chance(0.01)) && !random.chance(0.15)) {
      this.keys.set(field.name, signature);
      return field.name;
    }
    return this.alias(signature) ?? (known === undefined || known === signature ? field.name : null);
  }

  alias(signature) {
    if (this.aliases >= ALIASES) return null;
    this.aliases += 1;
    let alias = this.random.pick(['a', 'b', 'c', 'd', 'query', 'on', 'true', 'name', 'first']);
    while (this.keys.has(alias) && this.keys.get(alias) !== signature) alias = `a${this.random.below(1000)}`;
    this.keys.set(alias, signature);
    return alias;
  }

  args(field) {
    const { random } = this;
    const given = field.args.filter((arg) => isRequiredArgument(arg) || random.chance(0.45));
    const ordered = random.chance(0.3) ? random.some(given, given.length) : given;
    const texts = ordered.map((arg) => `${arg.name}: ${this.value(arg)}`);
    return texts.length ? `(${texts.join(', ')})` : '';
  }

  value(arg) {
    const variable = (type, hasDefault) => (this.random.chance(0.3) ? this.variable(type, hasDefault) : null);
    return literal(this.random, arg.type, variable, arg.defaultValue !== undefined);
  }

  // A variable that may stand where `type` is asked for; `type` is null where anything may stand, and
  // `{ required }` where null may not come, of whatever nullable type.
  variable(type, hasDefault) {
    const { random } = this;
    let asked = type ?? random.pick(['Int', 'String', 'Json', 'Boolean'].map((name) => this.schema.getType(name)));
    if (asked.required) asked = new GraphQLNonNull(asked.required);
    else if (isNonNullType(asked) && hasDefault && random.chance(0.5)) asked = asked.ofType;
    else if (!isNonNullType(asked) && random.chance(0.25)) asked = new GraphQLNonNull(asked);
    const text = String(asked);
    const known = [...this.variables.values()].filter((variable) => variable.text === text);
    if (known.length && random.chance(0.5)) {
      const { name } = random.pick(known);
      this.uses.add(name);
      return `$${name}`;
    }
    // A default lets a variable that may be null stand where null may not.
    const loosened = isNonNullType(asked) && !type?.required && type && random.chance(0.3);
    const declared = loosened ? asked.ofType : asked;
    const initial = loosened || random.chance(0.2) ? this.initial(declared, loosened) : null;
    const name = `v${this.variables.size}`;
    this.variables.set(name, { name, type: declared, text: loosened ? '' : text, initial });
    this.uses.add(name);
    return `$${name}`;
  }

  initial(type, filled) {
    const written = literal(this.random, filled && isNullableType(type) ? new GraphQLNonNull(type) : type, null);
    return written;
  }

  condition() {
    const { random } = this;
    if (random.chance(0.5)) return random.pick(['true', 'false']);
    return this.variable(new GraphQLNonNull(this.schema.getType('Boolean')), false);
  }

  directives() {
    const { random } = this;
    if (!random.chance(0.12)) return '';
    const names = random.chance(0.15) ? random.some(['skip', 'include'], 2) : [random.pick(['skip', 'include'])];
    return names.map((name) => ` @${name}(if: ${this.condition()})`).join('');
  }

  // A type which objects of `type` may be.
  overlapping(type) {
    const may = this.abstract.filter((other) => doTypesOverlap(this.schema, type, other));
    return this.random.pick(may);
  }

  inline(type, depth) {
    const { random } = this;
    const on = random.chance(0.2) ? null : this.overlapping(type);
    const directives = this.directives();
    const { text, height } = this.selections(on ?? type, depth, 1 + random.below(3));
    return { text: `...${on ? ` on ${on.name}` : ''}${directives} ${text}`, height };
  }

  spread(type, depth) {
    const { random } = this;
    const known = this.fragments.filter(
      (fragment) => fragment.height <= depth && fragment.size < this.left && doTypesOverlap(this.schema, fragment.on, type),
    );
    const fragment = known.length && random.chance(0.5) ? random.pick(known) : this.fragment(type, depth);
    if (known.includes(fragment)) this.left -= fragment.size;
    for (const name of fragment.uses) this.uses.add(name);
    return { text: `...${fragment.name}${this.directives()}`, height: fragment.height };
  }

  fragment(type, depth) {
    const on = this.overlapping(type);
    const before = this.left;
    const { text, height, uses } = this.within(() => this.selections(on, Math.min(depth, 3), 1 + this.random.below(3)));
    // Named when it is done, so that it cannot spread itself.
    const name = `F${this.fragments.length}`;
    const fragment = { name, on, height, uses, size: before - this.left, text: `${this.described()}fragment ${name} on ${on.name} ${text}` };
    this.fragments.push(fragment);
    return fragment;
  }

  // The sets of variables with which an operation is run.
  runs({ declared }) {
    const { random } = this;
    if (declared.length === 0) return ['{}'];
    return Array.from({ length: 2 + random.below(2) }, () => this.given(declared));
  }

  given(declared) {
    const { random } = this;
    const wrong = random.chance(0.2) ? random.pick(declared) : null;
    const members = declared.flatMap((variable) => {
      const { name, type, initial } = variable;
      if (variable === wrong) {
        return isNonNullType(type) && random.chance(0.2) ? [] : [`"${name}":${bad(random, type)}`];
      }
      if ((initial || !isNonNullType(type)) && random.chance(0.3)) return [];
      if (!isNonNullType(type) && random.chance(type.name === 'Boolean' ? 0.04 : 0.12)) return [`"${name}":null`];
      return [`"${name}":${good(random, type)}`];
    });
    if (random.chance(0.05)) members.push('"other":1');
    return `{${members.join(',')}}`;
  }
}
