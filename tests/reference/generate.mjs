// Valid queries at random, from the schema alone: each field that the reference answers turns up, in fragments, under
// aliases, merged with itself, skipped and included.
import { Random } from './random.mjs';
import { Values } from './values.mjs';
import { measure } from './walk.mjs';
import graphql from './graphql.mjs';

const { getNamedType, isAbstractType, isInterfaceType, isLeafType, isObjectType } = graphql;

/** Well inside the gateway's own limits, which are tested elsewhere. */
const LIMITS = { depth: 12, aliases: 25, rootFields: 10, cost: 20_000 };
const MAX_RESPONSE_LENGTH = 60_000;

/** Hardly ever more than one is needed; a schema for which none succeeds should say so. */
const MAX_ATTEMPTS = 200;

/** Selections of a query: once they are used up, every selection ends with one leaf. */
const BUDGET = [8, 70];

/** Opaque to clients, so two servers need not agree. */
const OPAQUE = new Set(['cursor', 'startCursor', 'endCursor']);

/** The case with this number; the same seed and number give the same case, whatever was made before. */
export function generate(reference, seed, number) {
  const name = `generated-${seed}-${number}`;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const made = new Writer(new Random(seed, number, attempt), reference).query(name, number);
    const document = graphql.parse(made.query);
    // Fields that cannot be merged are the one thing that the writer does not always foresee.
    if (graphql.validate(reference.schema, document).length) continue;
    const size = measure(reference.schema, document, made.operationName, made.variables);
    if (Object.keys(LIMITS).some((limit) => size[limit] > LIMITS[limit])) continue;
    const response = reference.answer(made);
    if (response.length <= MAX_RESPONSE_LENGTH) return { ...made, response };
  }
  throw new Error(`${name}: no valid query within the limits in ${MAX_ATTEMPTS} attempts`);
}

/**
 * What one level of the response already holds: a response key may come again only as the same field with the same
 * arguments, and then both selections are merged.
 */
class Scope {
  #fields = new Map();

  /** `likely`: names of the object types that the values here have, as far as known. */
  constructor(likely = []) {
    this.likely = likely;
  }

  /** Whether such a field may stand here too. Fields of two object types never meet, but their types must agree. */
  accepts(key, { owner, name, args, type }) {
    return (this.#fields.get(key) ?? []).every((held) => {
      const apart = held.owner !== owner && isObjectType(held.owner) && isObjectType(owner);
      return held.type === type && (apart || (held.name === name && held.args === args));
    });
  }

  /** The scope of the field's own selection, shared by all fields of this key. */
  add(key, field) {
    const held = this.#fields.get(key) ?? [];
    const child = held[0]?.child ?? new Scope(field.likely);
    const isSame = ({ owner, name, args }) => owner === field.owner && name === field.name && args === field.args;
    if (!held.some(isSame)) this.#fields.set(key, [...held, { ...field, child }]);
    return child;
  }

  /** Fields of this owner that have a selection, to be selected once more. */
  composites(owner) {
    return [...this.#fields].flatMap(([key, held]) =>
      held.filter((field) => field.owner === owner && field.composite).map((field) => ({ key, ...field })),
    );
  }

  acceptsAll(other) {
    return [...other.#fields].every(([key, fields]) => {
      const child = this.#fields.get(key)?.[0].child;
      return fields.every((field) => this.accepts(key, field) && (child?.acceptsAll(field.child) ?? true));
    });
  }

  addAll(other) {
    for (const [key, fields] of other.#fields) {
      for (const field of fields) this.add(key, field).addAll(field.child);
    }
  }
}

class Writer {
  #fragments = [];
  #aliases = 0;

  constructor(random, reference) {
    this.random = random;
    this.reference = reference;
    this.schema = reference.schema;
    this.values = new Values(random, reference);
    this.budget = random.between(...BUDGET);
  }

  query(name, number) {
    const root = this.schema.getQueryType();
    const scope = new Scope([root.name]);
    // The root fields take turns; what else stands at the root is chance.
    const fields = this.#fieldsOf(root);
    const field = this.#field(root, scope, 1, fields[number % fields.length]);
    const first = this.random.chance(0.15) ? `... on Query${this.values.directives()} { ${field} }` : field;
    const rest = this.random.chance(0.45) ? this.#selections(root, scope, 1) : [];
    const selection = `{\n  ${this.random.sample([first, ...rest], rest.length + 1).join('\n  ')}\n}`;

    const parts = [selection, ...this.#fragments.map(({ text }) => text)];
    const used = new Set(parts.join('\n').match(/\$\w+/g));
    const variables = [...this.values.variables].filter(([name]) => used.has(`$${name}`));
    const declare = ([name, variable]) => `$${name}: ${variable.type}${variable.default ? ` = ${variable.default}` : ''}`;
    const declared = variables.map(declare);
    const given = variables.filter(([, variable]) => 'given' in variable).map(([name, variable]) => [name, variable.given]);

    const shape = this.random.weighted({ anonymous: 2, named: 3, chosen: 0.5 });
    const head = declared.length ? `(${declared.join(', ')})` : '';
    const title = shape === 'anonymous' ? '' : ' Case';
    const keyword = shape === 'anonymous' && !head && this.random.chance(0.5) ? '' : `query${title}${head} `;
    parts[0] = keyword + selection;
    // A document may hold several operations; the request says which one runs.
    if (shape === 'chosen') parts.push('query Other { __typename }');
    return {
      name,
      query: this.random.sample(parts, parts.length).join('\n'),
      variables: Object.fromEntries(given),
      cursors: Object.fromEntries([...this.values.cursors].filter(([name]) => used.has(`$${name}`))),
      ...(shape === 'chosen' ? { operationName: 'Case' } : {}),
    };
  }

  // --- selections ---

  #selectionSet(type, scope, depth) {
    return `{ ${this.#selections(type, scope, depth).join(' ')} }`;
  }

  #selections(type, scope, depth) {
    const count = this.budget <= 0 ? 1 : this.random.between(1, depth < 5 ? 5 : 3);
    return Array.from({ length: count }, () => this.#selection(type, scope, depth));
  }

  #selection(type, scope, depth) {
    this.budget -= 1;
    // An interface has one field of its own; what matters are the fragments on its types.
    const kind = this.random.weighted(
      isInterfaceType(type)
        ? { field: 2, typename: 1, inline: 6, fragment: 3 }
        : { field: 10, again: 1.5, typename: 0.8, inline: 1.2, fragment: 1 },
    );
    switch (kind) {
      case 'again':
        return this.#again(type, scope, depth);
      case 'typename':
        return this.#typename(type, scope);
      case 'inline':
        return this.#inline(type, scope, depth);
      case 'fragment':
        return this.#fragment(type, scope, depth);
      default:
        return this.#field(type, scope, depth, this.#chooseField(type, depth));
    }
  }

  #fieldsOf(type) {
    const answered = ({ name }) => !OPAQUE.has(name) && !this.reference.unanswered.has(`${type.name}.${name}`);
    return Object.values(type.getFields()).filter(answered);
  }

  #chooseField(type, depth) {
    const fields = this.#fieldsOf(type);
    const leaves = fields.filter((field) => isLeafType(getNamedType(field.type)));
    const deeper = fields.filter((field) => !leaves.includes(field));
    // A connection or an edge is only a way to its rows.
    const isWrapper = !('id' in type.getFields()) && type !== this.schema.getQueryType();
    const chance = this.#isDeepest(depth) ? 0 : isWrapper ? 0.75 : 0.6 - depth * 0.05;
    const wanted = deeper.length && (!leaves.length || this.random.chance(chance)) ? deeper : leaves;
    return this.#isDeepest(depth) && !leaves.length ? undefined : this.random.pick(wanted);
  }

  #isDeepest(depth) {
    return depth >= LIMITS.depth - 1 || this.budget <= 0;
  }

  /** One field, under its own name or an alias; without a field that may stand here, `__typename`. */
  #field(type, scope, depth, field) {
    if (!field) return this.#typename(type, scope);
    const named = getNamedType(field.type);
    const args = this.values.arguments(type, field);
    const entry = {
      owner: type,
      name: field.name,
      args: args.text,
      type: String(field.type),
      composite: !isLeafType(named),
      likely: args.types ?? [named.name],
    };
    let key = this.random.chance(0.12) ? this.#alias(type) : field.name;
    if (!scope.accepts(key, entry)) key = `again${++this.#aliases}`;
    return this.#write(key, entry, named, scope.add(key, entry), depth);
  }

  #write(key, { name, args, composite }, named, child, depth) {
    const alias = key === name ? '' : `${key}: `;
    const body = composite ? ` ${this.#selectionSet(named, child, depth + 1)}` : '';
    return `${alias}${name}${args}${this.values.directives()}${body}`;
  }

  /** A new name or, to be misunderstood, that of another field. */
  #alias(type) {
    return this.random.chance(0.3) ? this.random.pick(this.#fieldsOf(type)).name : `a${++this.#aliases}`;
  }

  /** A field that is already there, with more below it. */
  #again(type, scope, depth) {
    const held = scope.composites(type);
    if (!held.length || this.#isDeepest(depth)) return this.#field(type, scope, depth, this.#chooseField(type, depth));
    const entry = this.random.pick(held);
    const named = getNamedType(type.getFields()[entry.name].type);
    return this.#write(entry.key, entry, named, entry.child, depth);
  }

  #typename(type, scope) {
    const entry = { owner: type, name: '__typename', args: '', type: 'String!', composite: false };
    const key = this.random.chance(0.15) ? `t${++this.#aliases}` : '__typename';
    scope.add(key, entry);
    return (key === '__typename' ? key : `${key}: __typename`) + this.values.directives();
  }

  // --- fragments ---

  #inline(type, scope, depth) {
    if (this.random.chance(0.2)) return `...${this.values.directives()} ${this.#selectionSet(type, scope, depth)}`;
    const condition = this.#condition(type, scope);
    return `... on ${condition}${this.values.directives()} ${this.#selectionSet(condition, scope, depth)}`;
  }

  #fragment(type, scope, depth) {
    const conditions = this.#conditions(type);
    const fits = (held) => conditions.includes(held.type) && held.depth + depth <= LIMITS.depth;
    const known = this.#fragments.filter(fits);
    const fragment = known.length && this.random.chance(0.5) ? this.random.pick(known) : this.#define(type, scope, depth);
    if (!scope.acceptsAll(fragment.scope)) return this.#typename(type, scope);
    scope.addAll(fragment.scope);
    if (!this.#fragments.includes(fragment)) this.#fragments.push(fragment);
    return `...${fragment.name}${this.values.directives()}`;
  }

  #define(type, place, depth) {
    const condition = this.#condition(type, place);
    const scope = new Scope(isObjectType(condition) ? [condition.name] : place.likely);
    const body = this.#selectionSet(condition, scope, depth);
    const name = `F${this.#fragments.length + 1}`;
    const text = `fragment ${name} on ${condition}${this.random.chance(0.05) ? '\n' : ' '}${body}`;
    return { name, type: condition, text, scope, depth: depthOf(body) };
  }

  /** Mostly a type that the values here have: a fragment on any other one selects nothing. */
  #condition(type, scope) {
    const conditions = this.#conditions(type);
    const likely = conditions.filter(({ name }) => scope.likely.includes(name));
    return this.random.pick(likely.length && this.random.chance(0.7) ? likely : conditions);
  }

  /** The types a fragment here may be on: the type, its interfaces, an interface's objects. */
  #conditions(type) {
    return isAbstractType(type) ? [type, ...this.schema.getPossibleTypes(type)] : [type, ...type.getInterfaces()];
  }
}

/** How deep the braces of a selection go, arguments apart. */
function depthOf(body) {
  let deepest = 0;
  let depth = 0;
  for (const brace of body.replace(/\([^]*?\)/g, '').match(/[{}]/g)) {
    depth += brace === '{' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
