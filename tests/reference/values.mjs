// Arguments of a generated query: a value is made for its place, then written as a literal, as a variable, or as a
// literal with variables inside. Values come from the dump, so that filters find something.
import { entities } from './model.mjs';
import { camelCase, entityOf, folded, withoutAccents, words } from './rows.mjs';
import graphql from './graphql.mjs';

const { getNamedType, getNullableType, isEnumType, isInputObjectType, isListType, isNonNullType } = graphql;

const LOGIC = ['and', 'or', 'not'];
const QUANTIFIERS = ['some', 'none', 'every'];
const MAX_FILTER_DEPTH = 3;

/** Comparisons that an index can answer. */
const NARROWING = ['eq', 'in', 'lt', 'lte', 'gt', 'gte', 'startsWith'];

/** The most that a page may have. */
const MOST_ON_A_PAGE = 200;

/** How often a page starts or ends at a cursor. */
const FROM_CURSOR = 0.5;

/** How often an optional argument is given. */
const PRESENCE = { first: 0.6, last: 0.25, filter: 0.4, orderBy: 0.3, search: 0.15, type: 0.4 };

/** Text that every collation compares alike, also as part of a pattern. */
const PLAIN_TEXT = /^[\x20-\x7e]*[\x21-\x7e]$/;

export class Values {
  /** By name: `{ type, default?, given?, place }`. Those that no text mentions in the end are left out. */
  variables = new Map();

  /** By variable: how the gateway tells the cursor of a row, `{ query, id }`. */
  cursors = new Map();

  constructor(random, reference) {
    this.random = random;
    this.reference = reference;
    this.schema = reference.schema;
    this.rows = reference.rows;
  }

  /** A field's arguments as text, `(first: 3, filter: $v1)` or nothing, and the types that its ids lead to. */
  arguments(parentType, field) {
    const target = entityOf(field.type);
    const paged = field.args.some(({ name }) => name === 'after');
    if (paged && this.random.chance(FROM_CURSOR)) {
      const text = this.#fromCursor(parentType, field, target);
      if (text) return { text };
    }
    const written = [];
    let types;
    for (const arg of this.random.sample(field.args, field.args.length)) {
      // A page is the first rows or the last.
      if (arg.name === 'after' || arg.name === 'before') continue;
      if (['first', 'last'].includes(arg.name) && written.some((text) => /^(first|last):/.test(text))) continue;
      if (!graphql.isRequiredArgument(arg) && !this.random.chance(PRESENCE[arg.name] ?? 0.3)) continue;
      const value = this.#value(arg, target, parentType.name);
      if (value === undefined) continue;
      if (!target && ['id', 'ids'].includes(arg.name)) types = [value].flat().map((id) => id.split(':')[0]);
      written.push(`${arg.name}: ${this.#write(value, arg.type, `${parentType.name}.${field.name}.${arg.name}`)}`);
    }
    return { text: written.length ? `(${written.join(', ')})` : '', types };
  }

  /**
   * The arguments of a page that starts or ends at a row of the same list, or of the same list below another object.
   * Cursors are the gateway's own: here the row's id stands for it. What else makes the list is written as constants, once
   * here and once more, perhaps otherwise, in the query by which the gateway is asked for the cursor.
   */
  #fromCursor(parentType, field, target) {
    const args = Object.fromEntries(field.args.map((arg) => [arg.name, arg]));
    const list = {};
    for (const name of ['filter', 'orderBy', 'search']) {
      const value = args[name] && this.random.chance(PRESENCE[name]) ? this.#value(args[name], target, parentType.name) : undefined;
      if (value !== undefined) list[name] = value;
    }
    const isRoot = parentType.name === 'Query';
    const parent = isRoot ? undefined : this.random.pick(this.rows.all(parentType.name));
    const all = isRoot ? this.rows.all(target) : this.rows.related(parent, field.name, target);
    const shown = this.reference.listed(target, all, list).slice(0, MOST_ON_A_PAGE);
    if (!shown.length) return undefined;
    const constants = () =>
      this.random.sample(Object.entries(list), 9).map(([name, value]) => `${name}: ${this.#constant(value, args[name].type)}`);
    const edges = '{ edges { cursor node { id } } }';
    const page = `${field.name}(${[...constants(), `first: ${MOST_ON_A_PAGE}`].join(', ')}) ${edges}`;
    const id = (row) => this.rows.read(row, 'id');
    const query = isRoot ? `{ ${page} }` : `{ node(id: "${id(parent)}") { ... on ${parentType.name} { ${page} } } }`;
    const written = constants();
    for (const end of { after: ['after'], before: ['before'], both: ['after', 'before'] }[
      this.random.weighted({ after: 4, before: 4, both: 1 })
    ]) {
      const row = id(this.random.pick(shown));
      const name = `c${this.variables.size + 1}`;
      this.variables.set(name, { type: 'String', given: row });
      this.cursors.set(name, { query, id: row });
      written.push(`${end}: $${name}`);
    }
    const size = this.random.weighted({ first: 2, last: 2, none: 2 });
    if (size !== 'none') written.push(`${size}: ${this.random.between(1, isRoot ? 7 : 4)}`);
    return `(${this.random.sample(written, written.length).join(', ')})`;
  }

  /** `@skip`, `@include`, both or, mostly, neither. */
  directives() {
    if (!this.random.chance(0.12)) return '';
    const chosen = this.random.sample(['skip', 'include'], this.random.chance(0.15) ? 2 : 1);
    const type = new graphql.GraphQLNonNull(graphql.GraphQLBoolean);
    const written = chosen.map((name) => {
      const value = this.random.chance(name === 'include' ? 0.7 : 0.3);
      return ` @${name}(if: ${this.random.chance(0.7) ? this.#variable(value, type, 'if') : value})`;
    });
    return written.join('');
  }

  // --- making values ---

  #value(arg, target, parent) {
    switch (arg.name) {
      case 'first':
      case 'last':
        return this.random.between(1, parent === 'Query' ? 7 : 4);
      case 'limit':
        return this.random.between(0, 6);
      case 'id':
        return this.#id(target);
      case 'ids':
        return this.#ids();
      case 'filter':
        return parent === 'Query' ? this.#rootFilter(arg.type, target) : this.#filter(arg.type, target, 1);
      case 'orderBy':
        return this.#orders(getNamedType(arg.type), target);
      case 'search':
        return this.#searchText(target);
      case 'testName':
        return this.#sample('LabFinding', 'testName') ?? 'Glucose';
    }
    const type = getNamedType(arg.type);
    const picked = isEnumType(type) ? this.random.pick(type.getValues()).name : undefined;
    return picked && isListType(getNullableType(arg.type)) ? [picked] : picked;
  }

  /** Mostly the id of a row, in each accepted form; the type itself is left out only where it is known. */
  #id(type) {
    const form = type ? this.random.weighted({ global: 3, text: 1, number: 1 }) : 'global';
    const of = type ?? this.random.pick(Object.keys(entities));
    const row = this.random.chance(0.9) ? this.random.pick(this.rows.all(of)) : undefined;
    const key = row ? row[entities[of].key] : 999_999;
    return { global: `${of}:${key}`, text: String(key), number: key }[form];
  }

  #ids() {
    const ids = Array.from({ length: this.random.between(1, 6) }, () => this.#id());
    return this.random.chance(0.3) ? [...ids, this.random.pick(ids)] : ids;
  }

  /** Texts are ordered by the store's collation: left to fixed cases. */
  #orders(type, target) {
    const isText = (field) => getNamedType(this.schema.getType(target).getFields()[field].type).name === 'String';
    const fields = this.#ordered(type).filter((field) => !isText(field));
    const chosen = this.random.sample(fields, this.random.between(1, 2));
    const directions = (field) => type.getValues().filter(({ name }) => orderedField(name) === field);
    return chosen.map((field) => this.random.pick(directions(field)).name);
  }

  /** The fields that an order may name; these are the ones with an index. */
  #ordered(type) {
    return [...new Set(type.getValues().map(({ name }) => orderedField(name)))];
  }

  #searchText(target) {
    const field = this.random.pick(entities[target].search ?? []);
    const found = words((field && this.#sample(target, field)) ?? '');
    if (!found.length) return undefined;
    const prefixes = this.random.sample(found, this.random.between(1, 2));
    return prefixes.map((word) => word.slice(0, this.random.between(1, word.length))).join(' ');
  }

  /** A field's value in some row, undefined where there is none that suits a comparison. */
  #sample(type, field) {
    const row = this.random.pick(this.rows.all(type));
    const value = row ? this.rows.known(row, field) : null;
    if (typeof value !== 'string') return value ?? undefined;
    if (!PLAIN_TEXT.test(value)) return undefined;
    // Texts are compared without case; days and moments have no small letters.
    return this.random.chance(0.15) ? value.toUpperCase() : value;
  }

  /** At the root, conditions that no index serves are refused, unless another one narrows the rows. */
  #rootFilter(type, entity) {
    const indexed = this.#ordered(this.schema.getType(`${entity}Order`));
    const scans = (filter, depth) =>
      Object.entries(filter).some(([name, test]) => {
        if (LOGIC.includes(name)) return [test].flat().some((part) => scans(part, depth + 1));
        if (this.#relation(entity, name)) return false;
        return depth > 1 || !indexed.includes(name) || 'contains' in test;
      });
    const filter = this.#filter(type, entity, 1);
    if (!scans(filter, 1)) return filter;
    const inputs = getNullableType(type).getFields();
    const narrowing = (by) => ({ [by]: this.#comparison(inputs[by], entity, NARROWING) });
    const narrowed = { ...filter, ...narrowing(this.random.chance(0.5) ? this.random.pick(indexed) : 'id') };
    return Object.values(narrowed).includes(undefined) ? { ...filter, ...narrowing('id') } : narrowed;
  }

  #filter(type, entity, depth) {
    const inputs = Object.values(getNullableType(type).getFields());
    const usable = inputs.filter((input) => this.#usable(entity, input.name, depth));
    // There are many columns and few relations, which are the harder part.
    const relations = usable.filter((input) => this.#relation(entity, input.name));
    const pool = relations.length && this.random.chance(0.3) ? relations : usable;
    const filter = {};
    for (const input of this.random.sample(pool, this.random.between(1, 2))) {
      const value = this.#filterEntry(input, entity, depth);
      if (value !== undefined) filter[input.name] = value;
    }
    return filter;
  }

  #usable(entity, name, depth) {
    if (LOGIC.includes(name) || this.#relation(entity, name)) return depth < MAX_FILTER_DEPTH;
    return name in this.schema.getType(entity).getFields() && this.rows.holds(entity, name);
  }

  /** The entity that a filter's entry of this name leads to. */
  #relation(entity, name) {
    const field = this.schema.getType(entity).getFields()[name];
    return field && entityOf(field.type);
  }

  #filterEntry(input, entity, depth) {
    const { name } = input;
    if (name === 'not') return this.#filter(input.type, entity, depth + 1);
    if (name === 'and' || name === 'or') {
      const part = getNullableType(getNullableType(input.type).ofType);
      return Array.from({ length: this.random.between(1, 2) }, () => this.#filter(part, entity, depth + 1));
    }
    const target = this.#relation(entity, name);
    if (!target) return this.#comparison(input, entity);
    const quantifiers = getNullableType(input.type).getFields();
    if (!QUANTIFIERS.every((quantifier) => quantifier in quantifiers)) return this.#filter(input.type, target, depth + 1);
    const quantifier = this.random.pick(QUANTIFIERS);
    return { [quantifier]: this.#filter(quantifiers[quantifier].type, target, depth + 1) };
  }

  /** One comparison, of those that the field has and `among` allows. */
  #comparison(input, entity, among) {
    const operators = Object.values(getNullableType(input.type).getFields());
    const operator = this.random.pick(operators.filter(({ name }) => !among || among.includes(name)));
    const named = getNamedType(operator.type);
    const one = () => {
      if (named.name === 'ID') return this.#id(entity);
      if (named.name === 'Boolean') return this.random.chance(0.5);
      return isEnumType(named) ? this.random.pick(named.getValues()).name : this.#sample(entity, input.name);
    };
    const sample = one();
    if (sample === undefined) return undefined;
    const value = {
      in: () => [sample, ...Array.from({ length: this.random.between(0, 4) }, one)].filter((item) => item !== undefined),
      startsWith: () => sample.slice(0, this.random.between(1, sample.length)),
      contains: () => {
        const from = this.random.between(0, sample.length - 1);
        return sample.slice(from, this.random.between(from + 1, sample.length));
      },
    }[operator.name]?.() ?? sample;
    const isText = named.name === 'String';
    if (isText && [value].flat().some((text) => this.#dependsOnCollation(entity, input.name, text))) return undefined;
    return { [operator.name]: value };
  }

  /** Whether some row matches in one collation and not in another, as `José` matches `jose` where accents are ignored. */
  #dependsOnCollation(entity, field, text) {
    const wanted = folded(text);
    const differs = (value) => withoutAccents(value).includes(wanted) !== folded(value).includes(wanted);
    return this.rows.values(entity, field).some(differs);
  }

  // --- writing values ---

  #write(value, type, place, depth = 0) {
    return this.random.chance(depth ? 0.12 : 0.3)
      ? this.#variable(value, type, place, depth)
      : this.#literal(value, type, place, depth);
  }

  #literal(value, type, place, depth) {
    const bare = getNullableType(type);
    const inner = (part, partType, name) =>
      depth === undefined ? this.#constant(part, partType) : this.#write(part, partType, `${place}.${name}`, depth + 1);
    if (value === null) return 'null';
    if (isListType(bare)) {
      // Input coercion: one value stands for the list that holds it.
      if (value.length === 1 && this.random.chance(0.4)) return this.#literal(value[0], bare.ofType, place, depth);
      return `[${value.map((part) => inner(part, bare.ofType, 'item')).join(', ')}]`;
    }
    if (isInputObjectType(bare)) {
      const entries = Object.entries(value);
      return `{${entries.map(([name, part]) => `${name}: ${inner(part, bare.getFields()[name].type, name)}`).join(', ')}}`;
    }
    if (isEnumType(bare)) return value;
    return this.#scalar(value);
  }

  #constant(value, type) {
    return this.#literal(value, type, '', undefined);
  }

  #scalar(value) {
    const block = typeof value === 'string' && /^[\w ]*\w$/.test(value) && !value.startsWith(' ');
    return block && this.random.chance(0.05) ? `"""${value}"""` : JSON.stringify(value);
  }

  /** A variable that comes to `value`, or to nothing where the place allows that. */
  #variable(value, type, place, depth = 0) {
    const known = [...this.variables].filter(([, variable]) => variable.place === place);
    if (known.length && this.random.chance(0.4)) return `$${this.random.pick(known)[0]}`;
    const nullable = !isNonNullType(type);
    const bare = getNullableType(type);
    const how = this.random.weighted({
      given: 4,
      required: nullable ? 1 : 0,
      default: 2,
      overridden: 1,
      // Inside a filter at the root, what is left out may be what narrowed it.
      omitted: nullable && (depth === 0 || !place.startsWith('Query.')) ? 1.5 : 0,
      null: nullable && depth === 0 ? 1 : 0,
      nullByDefault: nullable && depth === 0 ? 0.5 : 0,
    });
    const json = isListType(bare) && value.length === 1 && this.random.chance(0.3) ? value[0] : value;
    const other = this.#other(value, nullable);
    const variable = {
      given: { type, given: json },
      required: { type: `${bare}!`, given: json },
      // A default takes the place of the exclamation mark.
      default: { type: this.random.chance(0.5) ? type : bare, default: this.#constant(value, bare) },
      overridden: { type: bare, default: this.#constant(other, bare), given: json },
      omitted: { type },
      null: { type, given: null },
      nullByDefault: { type, default: 'null' },
    }[how];
    const name = `v${this.variables.size + 1}`;
    this.variables.set(name, { ...variable, place });
    return `$${name}`;
  }

  /** A default that is not the value given, so that mixing them up shows. */
  #other(value, nullable) {
    if (typeof value === 'boolean') return !value;
    if (typeof value === 'number') return value + 1;
    return nullable ? null : value;
  }
}

function orderedField(order) {
  return camelCase(order.replace(/_(ASC|DESC)$/, ''));
}
