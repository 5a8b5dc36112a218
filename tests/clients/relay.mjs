// Relay's own runtime against a gateway: it pages, fetches by `node`, and removes, and its store must not warn.
//
//   node relay.mjs http://127.0.0.1:8080/graphql
import assert from 'node:assert/strict';
import relay from 'relay-runtime';

const { Environment, Network, Observable, RecordSource, Store } = relay;
const { commitMutation, createOperationDescriptor, fetchQuery, getRefetchMetadata, getSingularSelector } = relay;

const url = process.argv[2];
const warnings = [];
for (const level of ['warn', 'error']) console[level] = (...words) => warnings.push(words.join(' '));

const artifact = async (name) => (await import(`./src/artifacts/${name}.graphql.js`)).default;

async function answer({ text }, variables) {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query: text, variables }) });
  const body = await response.json();
  assert.equal(body.errors, undefined, JSON.stringify({ body, variables }));
  return body;
}
const network = Network.create((request, variables) => Observable.from(answer(request, variables)));
const environment = new Environment({ network, store: new Store(new RecordSource()) });

const read = (query, variables) => environment.lookup(createOperationDescriptor(query, variables).fragment).data;
const run = async (name, variables = {}) => {
  const query = await artifact(name);
  await fetchQuery(environment, query, variables).toPromise();
  environment.retain(createOperationDescriptor(query, variables));
  return { query, variables, data: read(query, variables) };
};

/** Pages a refetchable connection to its end, as usePaginationFragment does, and gives the ids on all pages. */
async function pageToTheEnd(fragmentName, parentOf, field, first, extra = {}) {
  const fragment = await artifact(fragmentName);
  const { refetchableRequest } = getRefetchMetadata(fragment, 'the tests');
  const shown = () => {
    const parent = parentOf();
    return environment.lookup(getSingularSelector(fragment, parent)).data[field];
  };
  let pages = 1;
  for (let list = shown(); list.pageInfo.hasNextPage; list = shown()) {
    const variables = { ...extra, count: first, cursor: list.pageInfo.endCursor };
    await fetchQuery(environment, refetchableRequest, variables).toPromise();
    environment.retain(createOperationDescriptor(refetchableRequest, variables));
    pages += 1;
    assert.ok(pages < 100, 'the pages do not end');
  }
  return { pages, ids: shown().edges.map(({ node }) => node.id) };
}

const ask = async (query, variables) => (await answer({ text: query }, variables)).data;
const unique = (ids) => assert.equal(new Set(ids).size, ids.length, 'no row on two pages');

// A list at the root: Relay sends null for the search, the filter and the order that are not given.
const patients = await run('documentsPatientsQuery');
const paged = await pageToTheEnd('documents_patients', () => read(patients.query, {}), 'patients', 3);
const whole = await ask('{ patients(first: 200) { nodes { id } } }');
assert.deepEqual(paged.ids, whole.patients.nodes.map(({ id }) => id));
assert.ok(paged.pages > 3, `only ${paged.pages} pages of patients`);
unique(paged.ids);

// A list below an object, fetched again by `node`: of the patient with the most appointments.
const busy = await ask('{ patients(first: 200) { nodes { id appointments { totalCount } } } }');
const [{ id }] = busy.patients.nodes.sort((a, b) => b.appointments.totalCount - a.appointments.totalCount);
const patient = await run('documentsPatientQuery', { id });
const ofPatient = () => read(patient.query, { id }).patient;
const visits = await pageToTheEnd('documents_appointments', ofPatient, 'appointments', 2, { id });
const all = await ask('query($id: ID!) { patient(id: $id) { appointments(first: 200) { nodes { id } } } }', { id });
assert.deepEqual(visits.ids, all.patient.appointments.nodes.map(({ id }) => id));
assert.ok(visits.pages > 2, `only ${visits.pages} pages of appointments`);

// The graph beside the records: one id, one type.
const { data } = await run('documentsGraphQuery', { id });
const nodes = data.patient.graph.nodes;
assert.ok(nodes.some(({ record }) => record?.__typename === 'Medication') && nodes.some(({ concept }) => concept));
const known = new Set(nodes.map(({ id }) => id));
assert.ok(data.patient.graph.relationships.length > 0);
for (const { from, to } of data.patient.graph.relationships) assert.ok(known.has(from) && known.has(to), `${from} → ${to}`);
for (const { record, concept } of nodes) assert.ok(!known.has(record?.id) && (!concept || record.id === concept.id));

// Rows and concepts by their ids, in one list.
const concept = nodes.find(({ concept }) => concept).concept;
const byId = await run('documentsNodesQuery', { ids: [concept.id, id, 'Patient:999999'] });
assert.deepEqual(byId.data.nodes.map((node) => node && [node.__typename, node.name ?? node.called]), [
  ['Concept', concept.name],
  ['Patient', data.patient.name],
  null,
]);

// What is removed leaves the list.
const [gone, ...left] = visits.ids;
const fragment = await artifact('documents_appointments');
const shown = () => environment.lookup(getSingularSelector(fragment, ofPatient())).data.appointments;
const removal = await artifact('documentsRemoveAppointmentMutation');
const removed = await new Promise((resolve, reject) => {
  const variables = { id: gone, connections: [shown().__id] };
  commitMutation(environment, { mutation: removal, variables, onCompleted: resolve, onError: reject });
});
assert.equal(removed.removeAppointment.removedId, gone);
assert.deepEqual(shown().edges.map(({ node }) => node.id), left);

assert.deepEqual(warnings, [], 'Relay warned');
console.log(`relay: ${paged.pages} pages, ${visits.pages} pages below one object, ${nodes.length} nodes`);
