// The schema over the dump: graphql-js executes, these resolvers only find rows. Nothing here names a field of the
// domain but the arguments that all lists share.
import { entities, made, ofGraph } from './model.mjs';
import { Rows, Undecodable, entityOf } from './rows.mjs';
import graphql from './graphql.mjs';

const DEFAULT_PAGE = 20;
const DEFAULT_LIMIT = 1000;

/** The arguments a list may have; a field with others is not answered. */
const LIST_ARGUMENTS = new Set(['search', 'filter', 'orderBy', 'first', 'last', 'after', 'before', 'type', 'testName']);

export class Reference {
  /** Fields the reference cannot answer (another store's, another milestone's), as `Type.field`. */
  unanswered = new Set();

  constructor(sdl, dump) {
    this.schema = graphql.buildSchema(sdl);
    for (const [type, fields] of [...Object.entries(ofGraph), ...Object.entries(made)]) {
      for (const field of fields) delete this.schema.getType(type).getFields()[field];
    }
    // A digest, to be compared and not to be read; tests/writes/versions.rs does.
    for (const type of Object.keys(entities)) delete this.schema.getType(type).getFields().version;
    this.rows = new Rows(this.schema, dump);
    for (const type of Object.values(this.schema.getTypeMap())) {
      if (!graphql.isObjectType(type) || !(type.name in entities || type.name === 'Query')) continue;
      for (const field of Object.values(type.getFields())) {
        field.resolve = type.name in entities ? this.#ofEntity(type.name, field) : this.#ofQuery(field);
        if (!field.resolve) this.#refuse(type.name, field);
      }
    }
  }

  /** The response's text, as the gateway should send it: of an error only its path is compared. */
  answer({ name, query, variables, operationName }) {
    const document = graphql.parse(query);
    const [problem] = graphql.validate(this.schema, document);
    if (problem) throw new Error(`${name} is not valid: ${problem.message}\n${query}`);
    const result = graphql.execute({ schema: this.schema, document, variableValues: variables, operationName });
    const errors = result.errors ?? [];
    // Any other error is a mistake of the reference or of the case, and comparing it would hide that.
    const fault = errors.find((error) => !(error.originalError instanceof Undecodable));
    if (fault) throw new Error(`${name}: ${fault.message}\n${query}`, { cause: fault.originalError });
    const paths = errors.map(({ path }) => ({ path }));
    const text = ({ path }) => JSON.stringify(path);
    paths.sort((a, b) => (text(a) < text(b) ? -1 : 1));
    return JSON.stringify(paths.length ? { data: result.data, errors: paths } : { data: result.data });
  }

  #ofQuery(field) {
    const target = entityOf(field.type);
    const named = new Set(field.args.map(({ name }) => name));
    if (target && named.has('id')) return (_, { id }) => this.rows.byId(id, target);
    if (target && isConnection(field.type)) return this.#list(field, target, () => this.rows.all(target));
    if (field.name === 'node') return (_, { id }) => this.rows.byId(id);
    if (field.name === 'nodes') return (_, { ids }) => ids.map((id) => this.rows.byId(id));
    return undefined;
  }

  #ofEntity(type, field) {
    const target = entityOf(field.type);
    if (!target) {
      const plain = graphql.isLeafType(graphql.getNamedType(field.type)) && !field.args.length;
      return plain && this.rows.holds(type, field.name) ? (row) => this.rows.read(row, field.name) : undefined;
    }
    if (isConnection(field.type) || graphql.isListType(graphql.getNullableType(field.type))) {
      return this.#list(field, target, (row, args) => this.rows.related(row, field.name, target, args));
    }
    return (row) => this.rows.one(row, field.name, target);
  }

  #list(field, target, find) {
    if (!field.args.every(({ name }) => LIST_ARGUMENTS.has(name))) return undefined;
    return (parent, args) => {
      const rows = this.listed(target, find(parent, args), args);
      if (!isConnection(field.type)) return rows.slice(0, args.first ?? rows.length);
      const usual = this.rows.usualOrder(parent?.__typename, field.name);
      const order = this.rows.comparing(target, args.orderBy?.length ? args.orderBy : usual);
      return connection(rows, args, (row, id) => order(row, this.rows.byId(id)));
    };
  }

  /** The rows of a list as its arguments want them, its page apart. */
  listed(target, found, args) {
    let rows = found;
    if (args.type) rows = this.rows.filtered(rows, { type: { eq: args.type } });
    rows = this.rows.searched(this.rows.filtered(rows, args.filter), target, args.search);
    return args.orderBy?.length ? this.rows.ordered(rows, target, args.orderBy) : rows;
  }

  #refuse(type, field) {
    this.unanswered.add(`${type}.${field.name}`);
    field.resolve = () => {
      throw new Error(`the reference does not answer ${type}.${field.name}`);
    };
  }
}

function isConnection(type) {
  return graphql.getNamedType(type).name.endsWith('Connection');
}

/** A page. A cursor is here the id of the row that it stands at, which need not be one of these: `order` compares a row with
 * it. Beyond the end that is not paged towards there is at least the cursor's row. */
function connection(rows, { first, last, after, before }, order) {
  const given = (value) => (value ?? null) !== null;
  const backwards = given(last);
  const size = (backwards ? last : first) ?? DEFAULT_PAGE;
  const within = (row) => (!given(after) || order(row, after) > 0) && (!given(before) || order(row, before) < 0);
  const part = rows.filter(within);
  const nodes = backwards ? part.slice(Math.max(0, part.length - size)) : part.slice(0, size);
  const more = part.length > size;
  return {
    nodes,
    edges: nodes.map((node) => ({ node })),
    pageInfo: {
      hasNextPage: backwards ? given(before) : more,
      hasPreviousPage: backwards ? more : given(after),
    },
    totalCount: rows.length,
    totalCountAtMost: ({ limit }) => ({
      count: Math.min(rows.length, limit ?? DEFAULT_LIMIT),
      isExact: rows.length <= (limit ?? DEFAULT_LIMIT),
    }),
  };
}
