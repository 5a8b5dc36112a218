// What a query comes to once its fragments are spread: the gateway's limits count that.
import { entityOf } from './rows.mjs';
import graphql from './graphql.mjs';

/** What a list without `first` is expected to hold, for the estimate of costs. */
const EXPECTED_ROWS = 20;

/** `{ depth, aliases, rootFields, cost }` of an operation; `@skip` and `@include` are taken as not there. */
export function measure(schema, document, operationName, variables) {
  const operation = graphql.getOperationAST(document, operationName);
  const coerced = graphql.getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (coerced.errors) throw coerced.errors[0];
  const fragments = new Map();
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
  }
  const total = { depth: 0, aliases: 0, rootFields: 0, cost: 0 };

  const walk = (type, { selections }, depth, parents) => {
    for (const node of selections) {
      if (node.kind !== 'Field') {
        const fragment = node.kind === 'FragmentSpread' ? fragments.get(node.name.value) : node;
        const condition = fragment.typeCondition ? schema.getType(fragment.typeCondition.name.value) : type;
        walk(condition, fragment.selectionSet, depth, parents);
        continue;
      }
      total.depth = Math.max(total.depth, depth);
      total.aliases += node.alias ? 1 : 0;
      total.rootFields += depth === 1 ? 1 : 0;
      if (!node.selectionSet) continue;
      const field = type.getFields()[node.name.value];
      const args = graphql.getArgumentValues(field, node, coerced.coerced);
      const objects = parents * rowsOf(field, args);
      total.cost += objects;
      walk(graphql.getNamedType(field.type), node.selectionSet, depth + 1, objects);
    }
  };
  walk(schema.getQueryType(), operation.selectionSet, 1, 1);
  return total;
}

/** A connection counts where it begins: its `edges` and `nodes` are those rows. */
function rowsOf(field, args) {
  if (args.ids) return args.ids.length;
  const isList = entityOf(field.type) && graphql.isListType(graphql.getNullableType(field.type));
  const isConnection = graphql.getNamedType(field.type).name.endsWith('Connection');
  return (isList && field.name !== 'nodes') || isConnection ? (args.first ?? args.last ?? EXPECTED_ROWS) : 1;
}
