// urql with its normalising cache (Graphcache) and the schema against a gateway: it pages, fetches again and removes, and
// neither the cache nor the schema's check of the queries may warn.
//
//   node urql.mjs http://127.0.0.1:8080/graphql introspection.json
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Client, fetchExchange, gql } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';

const [url, file] = process.argv.slice(2);
const warnings = [];
for (const level of ['warn', 'error']) console[level] = (...words) => warnings.push(words.join(' '));

const { data: schema } = JSON.parse(readFileSync(file, 'utf8'));
const none = () => null;
const keys = Object.fromEntries(['PatientGraph', 'GraphRelationship', 'GraphPath', 'TreatedCondition'].map((type) => [type, none]));
const client = new Client({
  url,
  preferGetMethod: false,
  exchanges: [
    cacheExchange({
      schema,
      keys,
      resolvers: { Query: { patients: relayPagination() }, Patient: { appointments: relayPagination() } },
      updates: {
        Mutation: {
          removeAppointment: ({ removeAppointment }, _args, cache) =>
            cache.invalidate({ __typename: 'Appointment', id: removeAppointment.removedId }),
        },
      },
    }),
    fetchExchange,
  ],
});

const ask = async (query, variables, context) => {
  const { data, error } = await client.query(query, variables, context).toPromise();
  assert.equal(error, undefined, String(error));
  return data;
};

const PATIENTS = gql`
  query ($after: String, $search: String, $filter: PatientFilter) {
    patients(first: 3, after: $after, search: $search, filter: $filter) {
      edges { cursor node { id name } }
      pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
    }
  }
`;
const VISITS = gql`
  query ($id: ID!, $after: String) {
    patient(id: $id) {
      id
      appointments(first: 2, after: $after) {
        edges { cursor node { id date } }
        pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
      }
    }
  }
`;

/** Pages to the end; the cache joins the pages. */
async function pages(query, variables, listOf) {
  let list;
  let count = 0;
  do {
    list = listOf(await ask(query, { ...variables, after: list?.pageInfo.endCursor ?? null }));
    count += 1;
    assert.ok(count < 100, 'the pages do not end');
  } while (list.pageInfo.hasNextPage);
  return { count, ids: list.edges.map(({ node }) => node.id) };
}
/** What the gateway answers, past the client. */
async function plainly(query) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return (await response.json()).data;
}

const patients = await pages(PATIENTS, { search: null, filter: null }, ({ patients }) => patients);
const whole = await plainly('{ patients(first: 200) { nodes { id appointments { totalCount } } } }');
assert.deepEqual(patients.ids, whole.patients.nodes.map(({ id }) => id));
assert.ok(patients.count > 3);

const [{ id }] = [...whole.patients.nodes].sort((a, b) => b.appointments.totalCount - a.appointments.totalCount);
const visits = await pages(VISITS, { id }, ({ patient }) => patient.appointments);
assert.ok(visits.count > 2 && new Set(visits.ids).size === visits.ids.length);

// The graph beside the records: the cache tells nodes and records apart, and both keep what they have.
const GRAPH = gql`
  query ($id: ID!) {
    patient(id: $id) {
      id
      medications { id name treats { condition { id item } concept { id name } path { nodes { id name } } } }
      graph(depth: 3) { nodes { id name labels record { id ... on Medication { name dosage } } concept { id name } } relationships { type from to } }
    }
  }
`;
const { patient } = await ask(GRAPH, { id });
const again = await ask(GRAPH, { id }, { requestPolicy: 'cache-only' });
assert.deepEqual(again.patient, patient, 'the cache gives what it was given');
const concept = patient.graph.nodes.find(({ concept }) => concept).concept;
const NODES = gql`query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Concept { called: name } ... on Patient { name } } }`;
const byId = await ask(NODES, { ids: [concept.id, id] });
assert.deepEqual(byId.nodes.map((node) => node.id), [concept.id, id]);

const REMOVE = gql`mutation ($id: ID!) { removeAppointment(id: $id) { removedId removed { type count } } }`;
const [gone, ...left] = visits.ids;
const { data, error } = await client.mutation(REMOVE, { id: gone }).toPromise();
assert.equal(error, undefined, String(error));
assert.equal(data.removeAppointment.removedId, gone);
const now = await pages(VISITS, { id }, ({ patient }) => patient.appointments);
assert.deepEqual(now.ids, left);

assert.deepEqual(warnings, [], 'urql warned');
console.log(`urql: ${patients.count} pages, ${visits.count} pages below one object, ${patient.graph.nodes.length} nodes`);
