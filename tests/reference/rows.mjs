// The dump's rows: decoding, relations, filters, orders, pages. Plain loops over arrays, so that whatever the gateway's
// SQL does is compared with something that cannot share its mistakes.
import { by, columnOf, computed, entities, flagDefaults, legacySpellings, lists, places } from './model.mjs';
import graphql from './graphql.mjs';

/** A stored value that has no GraphQL form: its field is null with one error. */
export class Undecodable extends Error {}

export class Rows {
  #schema;
  #rows = {};
  #byKey = {};
  #children = new Map();

  constructor(schema, dump) {
    this.#schema = schema;
    this.today = dump.today;
    for (const [type, { table, key }] of Object.entries(entities)) {
      // graphql-js reads `__typename` to tell which type of an interface a value is.
      const rows = (dump.tables[table] ?? []).map((row) => ({ __typename: type, ...row }));
      this.#rows[type] = rows.sort((a, b) => a[key] - b[key]);
      this.#byKey[type] = new Map(rows.map((row) => [row[key], row]));
    }
  }

  // --- finding rows ---

  /** All rows of a type, by id. */
  all(type) {
    return this.#rows[type];
  }

  /** `Patient:12`, or `12` where the type is known; undefined where no row has this id. */
  byId(id, type) {
    const [, prefix, key] = /^(?:([A-Za-z]+):)?(\d+)$/.exec(id) ?? [];
    if (type && prefix && prefix !== type) return undefined;
    return this.#byKey[type ?? prefix]?.get(Number(key));
  }

  /** The row a to-one relation leads to: both sides name the key alike, where `by` does not say otherwise. */
  parent(row, type, field) {
    return this.#byKey[type].get(row[by[`${row.__typename}.${field}`] ?? entities[type].key]);
  }

  /** The row that a field leads to: one that the row points to, the one row below it, or what that points to. */
  one(row, field, type) {
    const rule = lists[`${row.__typename}.${field}`];
    if (!rule) return this.parent(row, type, field);
    const [below] = this.related(row, field, rule.beyond ?? type);
    return below && rule.beyond ? this.parent(below, type) : below;
  }

  /** The rows a to-many relation leads to, in its default order. */
  related(parent, field, type, args = {}) {
    const rule = lists[`${parent.__typename}.${field}`] ?? {};
    const between = rule.through ? this.#childrenOf(parent, rule.through) : [parent];
    let rows = rule.between
      ? [...new Set(this.#childrenOf(parent, rule.between).map((row) => this.parent(row, type)))]
      : between.flatMap((row) => this.#childrenOf(row, type, field));
    if (rule.where) {
      const kept = (row) => rule.where((name) => this.known(row, name), this.today, (name) => this.#raw(row, name), args);
      rows = rows.filter(kept);
    }
    rows = this.ordered(rows, type, rule.order);
    if (!rule.throughOrder) return rows;
    const rank = (row) => this.#raw(this.parent(row, rule.through), rule.throughOrder);
    return rows.sort((a, b) => compare(rank(a), rank(b)));
  }

  #childrenOf(parent, type, field) {
    const own = entities[parent.__typename].key;
    const key = by[`${parent.__typename}.${field}`] ?? own;
    const index = `${type}.${key}`;
    if (!this.#children.has(index)) {
      const groups = new Map();
      for (const row of this.#rows[type]) {
        if (!groups.has(row[key])) groups.set(row[key], []);
        groups.get(row[key]).push(row);
      }
      this.#children.set(index, groups);
    }
    return this.#children.get(index).get(parent[own]) ?? [];
  }

  // --- reading values ---

  /** Whether a plain or computed field can be answered; a table without rows does not show its columns. */
  holds(type, field) {
    const [first] = this.#rows[type];
    return field === 'id' || `${type}.${field}` in computed || !first || columnOf(type, field) in first;
  }

  /** A field's GraphQL value. */
  read(row, field) {
    const type = row.__typename;
    if (field === 'id') return `${type}:${row[entities[type].key]}`;
    const compute = computed[`${type}.${field}`];
    if (compute) return compute((other) => this.known(row, other), this.today);
    const raw = this.#raw(row, field);
    return raw === null ? null : this.#decode(raw, this.#fieldType(type, field), places[`${type}.${field}`]);
  }

  /** The same, null where it cannot be decoded. */
  known(row, field) {
    try {
      return this.read(row, field);
    } catch (error) {
      if (error instanceof Undecodable) return null;
      throw error;
    }
  }

  /** A text field's stored values. */
  values(type, field) {
    return this.#rows[type].map((row) => this.#raw(row, field)).filter((value) => value !== null);
  }

  #raw(row, field) {
    // What the database computes is computed here too, not taken over.
    if (`${row.__typename}.${field}` in computed) return this.read(row, field);
    const column = columnOf(row.__typename, field);
    const value = row[column] ?? null;
    if (column in flagDefaults) return value === null ? flagDefaults[column] : Boolean(value);
    return value;
  }

  #fieldType(type, field) {
    return graphql.getNamedType(this.#schema.getType(type).getFields()[field].type);
  }

  #decode(raw, type, places) {
    if (graphql.isEnumType(type)) {
      const name = canonical(type.name, raw);
      if (!type.getValue(name)) throw new Undecodable(`${type.name}: ${JSON.stringify(raw)}`);
      return name;
    }
    const valid = { Date: isDate, Time: isTime, DateTime: isDateTime }[type.name];
    if (valid && !valid(raw)) throw new Undecodable(`${type.name}: ${JSON.stringify(raw)}`);
    if (type.name === 'JSON') return JSON.parse(raw);
    if (type.name === 'Decimal') return Number(raw).toFixed(places ?? 2);
    return type.name === 'DateTime' ? `${raw.replace(' ', 'T')}Z` : raw;
  }

  // --- filters ---

  filtered(rows, filter) {
    return filter ? rows.filter((row) => this.#matches(row, filter)) : rows;
  }

  #matches(row, filter) {
    // An explicit null is as good as nothing.
    return Object.entries(filter).every(([name, test]) => test === null || this.#matchesEntry(row, name, test));
  }

  #matchesEntry(row, name, test) {
    switch (name) {
      case 'and':
        return test.every((part) => this.#matches(row, part));
      case 'or':
        return test.some((part) => this.#matches(row, part));
      case 'not':
        return !this.#matches(row, test);
    }
    const type = this.#fieldType(row.__typename, name);
    const target = entityOf(type);
    if (target && isList(this.#schema, row.__typename, name)) {
      const rows = this.related(row, name, target);
      const matching = (part) => rows.filter((child) => this.#matches(child, part)).length;
      const quantifiers = {
        some: (part) => matching(part) > 0,
        none: (part) => matching(part) === 0,
        every: (part) => matching(part) === rows.length,
      };
      return passesAll(test, quantifiers);
    }
    if (target) {
      const parent = this.one(row, name, target);
      return parent !== undefined && this.#matches(parent, test);
    }
    return this.#passesValue(row, name, type, test);
  }

  #passesValue(row, name, type, test) {
    if (name === 'id') {
      const is = (id) => this.byId(id, row.__typename) === row;
      return passesAll(test, { eq: is, in: (ids) => ids.some(is) });
    }
    const raw = this.#raw(row, name);
    // What is stored and what is asked for, in one comparable form. A value that cannot be decoded is still a value.
    const form = (value) => {
      if (graphql.isEnumType(type)) return canonical(type.name, value);
      if (type.name === 'Decimal') return Number(value);
      if (type.name === 'DateTime') return value.replace('T', ' ').replace('Z', '');
      return typeof value === 'string' ? folded(value) : value;
    };
    const stored = raw === null ? null : form(raw);
    const known = (check) => (value) => stored !== null && check(value);
    return passesAll(test, {
      isNull: (wanted) => wanted === (stored === null),
      eq: known((value) => stored === form(value)),
      ne: known((value) => stored !== form(value)),
      in: known((values) => values.some((value) => stored === form(value))),
      lt: known((value) => stored < form(value)),
      lte: known((value) => stored <= form(value)),
      gt: known((value) => stored > form(value)),
      gte: known((value) => stored >= form(value)),
      contains: known((value) => stored.includes(form(value))),
      startsWith: known((value) => stored.startsWith(form(value))),
    });
  }

  /** Rows that hold, for each given word, a word that begins with it. */
  searched(rows, type, text) {
    if (text === undefined || text === null) return rows;
    const wanted = words(text);
    return rows.filter((row) => {
      const held = entities[type].search.flatMap((field) => words(this.#raw(row, field) ?? ''));
      return wanted.every((word) => held.some((other) => other.startsWith(word)));
    });
  }

  // --- orders and pages ---

  /** `orders` are enum values such as `DATE_DESC`. Every order ends with the id, in the direction of its last key. */
  ordered(rows, type, orders) {
    return [...rows].sort(this.comparing(type, orders));
  }

  /** Compares two rows in an order. */
  comparing(type, orders) {
    const keys = (orders ?? []).map((order) => {
      const [, name, direction] = /^(.*)_(ASC|DESC)$/.exec(order);
      return { field: camelCase(name), sign: direction === 'ASC' ? 1 : -1 };
    });
    keys.push({ field: 'id', sign: keys.at(-1)?.sign ?? 1 });
    const value = (row, field) => (field === 'id' ? row[entities[type].key] : this.#raw(row, field));
    return (a, b) => {
      for (const { field, sign } of keys) {
        const difference = sign * compare(value(a, field), value(b, field));
        if (difference) return difference;
      }
      return 0;
    };
  }

  /** A list's own order; undefined for the ids'. */
  usualOrder(type, field) {
    return lists[`${type}.${field}`]?.order;
  }
}

/** The entity behind an entity type or its connection, else undefined. */
export function entityOf(type) {
  const name = graphql.getNamedType(type).name.replace(/Connection$/, '');
  return name in entities ? name : undefined;
}

/** The field that an order's name stands for, `DATE_OF_BIRTH` → `dateOfBirth`. */
export function camelCase(name) {
  return name.toLowerCase().replace(/_(.)/g, (_, letter) => letter.toUpperCase());
}

/** Letters compared without case; the generator asks for ASCII alone, where all collations agree. */
export function folded(text) {
  return text.toLowerCase();
}

/** The words of a text, without case and accents. */
export function words(text) {
  return withoutAccents(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}

export function withoutAccents(text) {
  return folded(text.normalize('NFD').replace(/\p{M}/gu, ''));
}

function isList(schema, type, field) {
  const result = graphql.getNullableType(schema.getType(type).getFields()[field].type);
  return graphql.isListType(result) || result.name.endsWith('Connection');
}

function passesAll(test, checks) {
  return Object.entries(test).every(([operator, value]) => value === null || checks[operator](value));
}

/** NULL first, text without case. */
function compare(a, b) {
  const [left, right] = [a, b].map((value) => (typeof value === 'string' ? folded(value) : value));
  if (left === right) return 0;
  if (left === null || right === null) return left === null ? -1 : 1;
  return left < right ? -1 : 1;
}

function canonical(enumName, text) {
  return legacySpellings[enumName]?.[text.toLowerCase()] ?? text.toUpperCase();
}

function isDate(text) {
  const [year, month, day] = text.split('-').map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return /^\d{4}-\d\d-\d\d$/.test(text) && month >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function isTime(text) {
  return /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(text);
}

function isDateTime(text) {
  const [date, time] = text.split(' ');
  return isDate(date) && isTime(time ?? '');
}
