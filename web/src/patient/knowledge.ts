/** What the graph says of a patient: relationships, care paths, and the reasons of one entry. */

import { ask, type Fault } from '../shared/ask';

/** A relationship; its ends are entries of the record or concepts. */
export type Relationship = { type: string; from: string; to: string; source: string | null; evidence: string | null; matched: string | null };
export type Concept = { id: string; kind: string; name: string; catalog: string; code: string; description: string | null };
export type Drawn = { concepts: Concept[]; relationships: Relationship[]; cut: boolean; faults: Fault[] };
export type Path = { names: Map<string, string>; relationships: Relationship[] };
/** Symptom, condition, medication; `place` is where it stands among all. */
export type CarePath = { symptom: { id: string; name: string }; condition: { id: string; name: string }; medication: { id: string; name: string }; reasons: number; place: number };
/** What a symptom speaks for or a medication is for: a condition, the kind of the relationship, and the steps that it rests on. */
export type Pair = { condition: { id: string; name: string }; type: string; because: Relationship[] };

type GraphNode = { id: string; name?: string | null; record: { id: string } | null; concept?: Concept | null };
type GraphPath = { nodes: GraphNode[] | null; relationships: Relationship[] | null } | null;

const FACT = 'fragment Fact on GraphRelationship { type from to source evidence matched }';
const PATH = 'nodes { id name record { id } concept { id } } relationships { ...Fact }';

/** Relationships whose ends are told by what they stand for, not by the graph's own ids. */
function resolved(nodes: GraphNode[] | null, relationships: Relationship[] | null): Relationship[] {
  const ids = new Map((nodes ?? []).map(({ id, record, concept }) => [id, record?.id ?? concept?.id ?? id]));
  return (relationships ?? []).map((one) => ({ ...one, from: ids.get(one.from) ?? one.from, to: ids.get(one.to) ?? one.to }));
}

function pathOf(path: GraphPath): Path {
  const names = (path?.nodes ?? []).map(({ id, name, record, concept }) => [record?.id ?? concept?.id ?? id, name ?? ''] as const);
  return { names: new Map(names), relationships: resolved(path?.nodes ?? null, path?.relationships ?? null) };
}

export async function drawn(id: string): Promise<Drawn> {
  type Graph = { omits: string[] | null; nodes: GraphNode[] | null; relationships: Relationship[] | null };
  const query = `query Drawn($id: ID!) { patient(id: $id) { graph(depth: 2) {
    omits nodes { id record { id } concept { id kind name catalog code description } } relationships { ...Fact }
  } } } ${FACT}`;
  const { data, errors } = await ask<{ patient: { graph: Graph | null } | null }>(query, { id });
  const graph = data?.patient?.graph;
  if (!graph) throw new Error(errors?.[0]?.message ?? 'the answer is empty');
  const concepts = (graph.nodes ?? []).flatMap(({ concept }) => (concept ? [concept] : []));
  return { concepts, relationships: resolved(graph.nodes, graph.relationships), cut: graph.omits?.includes('RECORD') ?? false, faults: errors ?? [] };
}

/** Care paths a page. */
export const PATHS = 200;

type Answered = {
  symptom: { id: string; name: string } | null;
  condition: { id: string; item: string } | null;
  medication: { id: string; name: string } | null;
  pathCount: number | null;
};

/** A page of care paths, the best first, and how many there are of them. */
export async function carePaths(id: string, skip: number): Promise<{ paths: CarePath[]; total: number; faults: Fault[] }> {
  const query = `query CarePaths($id: ID!, $first: Int!, $skip: Int!) { patient(id: $id) {
    carePathCount carePaths(first: $first, skip: $skip) { symptom { id name } condition { id item } medication { id name } pathCount }
  } }`;
  const { data, errors } = await ask<{ patient: { carePathCount: number | null; carePaths: Answered[] | null } | null }>(query, { id, skip, first: PATHS });
  const [rows, total] = [data?.patient?.carePaths, data?.patient?.carePathCount];
  if (!rows) throw new Error(errors?.[0]?.message ?? 'the answer is empty');
  const paths = rows.flatMap(({ symptom, condition, medication, pathCount }, index) =>
    symptom && condition && medication
      ? [{ symptom, condition: { id: condition.id, name: condition.item }, medication, reasons: pathCount ?? 1, place: skip + index }]
      : [],
  );
  return { paths, total: total ?? rows.length, faults: errors ?? [] };
}

/** All reasons of the care path in a place of the list. */
export async function reasonsOf(id: string, place: number): Promise<Path[]> {
  const query = `query Reasons($id: ID!, $place: Int!) { patient(id: $id) {
    carePaths(first: 1, skip: $place) { paths(first: 20) { ${PATH} } }
  } } ${FACT}`;
  const { data, errors } = await ask<{ patient: { carePaths: { paths: GraphPath[] | null }[] | null } | null }>(query, { id, place });
  const paths = data?.patient?.carePaths?.[0]?.paths;
  if (!paths) throw new Error(errors?.[0]?.message ?? 'the answer is empty');
  return paths.map(pathOf);
}

/** Conditions that are told of each entry; the same condition is often recorded more than once. */
const CONDITIONS = 25;

/** What symptoms and medications speak for and are for, by their ids. */
export async function pairs(ids: string[]): Promise<Map<string, Pair[]>> {
  type Answered = { condition: { id: string; item: string } | null; path: { relationships: Relationship[] | null } | null };
  const pair = '{ condition { id item } path { relationships { ...Fact } } }';
  const query = `query Pairs($ids: [ID!]!, $first: Int!) { nodes(ids: $ids) {
    ... on Symptom { id indicates(first: $first) ${pair} } ... on Medication { id treats(first: $first) ${pair} }
  } } ${FACT}`;
  type Row = { id: string; indicates?: Answered[] | null; treats?: Answered[] | null } | null;
  const { data, errors } = await ask<{ nodes: Row[] | null }>(query, { ids, first: CONDITIONS });
  if (!data?.nodes || errors) throw new Error(errors?.[0]?.message ?? 'the answer is empty');
  return new Map(data.nodes.flatMap((row) => {
    if (!row) return [];
    const found = (row.indicates ?? row.treats ?? []).flatMap(({ condition, path }) =>
      condition ? [{ condition: { id: condition.id, name: condition.item }, type: row.indicates ? 'INDICATES_CONDITION' : 'TREATS_CONDITION', because: path?.relationships ?? [] }] : [],
    );
    return [[row.id, found] as const];
  }));
}
