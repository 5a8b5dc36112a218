/** A patient's record as nodes and edges to draw. What repeats is one node until it is opened. */

import type { CarePath, Concept, Pair, Relationship } from './knowledge';
import { count, flagged, line, lineOf, signOf, words, type Entry, type EntryKind, type Person } from './record';

/** The kinds of nodes, in the order of the legend. */
export const KINDS = ['patient', 'doctor', 'allergy', 'operation', 'family', 'other', 'appointment', 'consultation', 'symptom', 'condition', 'medication', 'lab', 'concept'] as const;
export type Kind = (typeof KINDS)[number];

/** Whether entries of a kind are drawn, and so have a symbol. */
export const isDrawn = (kind: EntryKind): kind is EntryKind & Kind => (KINDS as readonly string[]).includes(kind);

export const PLURALS: Record<Kind, string> = {
  patient: 'Patient',
  doctor: 'Doctors',
  allergy: 'Allergies',
  operation: 'Operations',
  family: 'Family history',
  other: 'Habits, other',
  appointment: 'Appointments',
  consultation: 'Consultations',
  symptom: 'Symptoms',
  condition: 'Conditions',
  medication: 'Medications',
  lab: 'Laboratory',
  concept: 'Concepts',
};

export const SINGULARS: Record<Kind, string> = {
  patient: 'patient',
  doctor: 'doctor',
  allergy: 'allergy',
  operation: 'operation',
  family: 'in the family',
  other: 'other history',
  appointment: 'appointment',
  consultation: 'consultation',
  symptom: 'symptom',
  condition: 'condition',
  medication: 'medication',
  lab: 'laboratory test',
  concept: 'concept',
};

/** Something drawn: an entry, several of the same name, a concept, or the rest of a kind (`more`). */
export type Node = { id: string; kind: Kind; name: string; detail: string; sign: string; entries: Entry[]; opens: string | null; more: boolean; past: boolean };

/** `known`: by the catalogs or by reasoning over them; otherwise the record itself says so. */
export type Edge = { from: string; to: string; known: boolean; types: Set<string>; facts: Relationship[] };

/** The nodes of a record, and the node that stands for each entry. */
export type Nodes = { nodes: Node[]; owner: Map<string, string>; counts: Map<Kind, number> };

/** The nodes and edges of a care path. */
export type Way = { nodes: Set<string>; edges: Set<string>; path: CarePath };

export type Graph = Nodes & { edges: Edge[]; ways: Way[] };

/** What the record itself says; all else comes from catalogs, or from reasoning over them. */
const RECORDED = /^(HAS_|TAKES_|REPORTED_|CONTAINS_|TREATED_|CONDUCTED)/;

export const key = (from: string, to: string) => `${from} ${to}`;

/** Nodes a column before the rest is one node, and by how many more each opening draws. */
const COLUMN_OF = 60;
/** Appointments that are drawn one by one; more are drawn by the year. */
const FEW = 12;
/** Facts that an edge keeps to be read. */
const TOLD = 12;

/** Kinds whose entries are told apart by their days. */
const dated = (kind: Kind) => kind === 'appointment' || kind === 'consultation';

const same = (name: string) => name.normalize('NFKC').trim().toLowerCase().replace(/\s+/g, ' ');

/** By which name entries of a kind are one node. */
function groupsOf(kind: Kind, entries: Entry[]): Map<string, Entry[]> {
  const nameOf = (one: Entry) => {
    if (!dated(kind)) return same(one.name);
    return entries.length > FEW ? (one.date?.slice(0, 4) ?? 'no date') : one.id;
  };
  const groups = new Map<string, Entry[]>();
  for (const one of entries) {
    const group = groups.get(nameOf(one));
    if (group) group.push(one);
    else groups.set(nameOf(one), [one]);
  }
  return groups;
}

const nodeOf = (kind: Kind, id: string, name: string, detail: string, entries: Entry[] = []): Node => ({ id, kind, name, detail, sign: '', entries, opens: null, more: false, past: entries.length > 0 && entries.every(({ past }) => past) });

const single = (kind: Kind, one: Entry) =>
  dated(kind) ? nodeOf(kind, one.id, one.date ?? 'no date', line(one.name, one.detail), [one]) : nodeOf(kind, one.id, one.name, line(one.date, one.detail), [one]);

/** Entries come the latest first. */
function nodesOfKind(kind: Kind, entries: Entry[], opened: ReadonlySet<string>): Node[] {
  const nodes = [...groupsOf(kind, entries)].flatMap(([name, group]) => {
    const [first] = group;
    if (!first) return [];
    const id = `${kind}/${name}`;
    if (kind === 'lab') {
      const last = first.finding;
      const node = nodeOf(kind, id, first.name, last ? line(first.date, lineOf(last), count(group.length, 'value')) : first.detail, group);
      return [{ ...node, sign: last ? signOf(last) || (flagged(last) ? '!' : '') : '' }];
    }
    if (group.length === 1) return [single(kind, first)];
    if (opened.has(id)) return group.map((one) => single(kind, one));
    const [from, to] = [group.at(-1)?.date, first.date];
    const named = dated(kind) ? name : first.name;
    return [{ ...nodeOf(kind, id, named, line(count(group.length, 'entry', 'entries'), from && to && (from === to ? to : `${from} to ${to}`)), group), opens: id }];
  });
  const rest = `${kind}/…`;
  const drawn = COLUMN_OF * (1 + [...opened].filter((one) => one.startsWith(rest)).length);
  const left = nodes.splice(drawn);
  if (!left.length) return nodes;
  const more = nodeOf(kind, rest, `${left.length} more`, 'Choose to draw more of them', left.flatMap((one) => one.entries));
  return [...nodes, { ...more, opens: `${rest}${drawn}`, more: true }];
}

const conceptNode = ({ id, kind, name, catalog, code, description }: Concept): Node =>
  nodeOf('concept', id, name, line(words(kind), catalog, code, description));

/** What the records say by where an entry stands. */
const RECORDS: Partial<Record<Kind, string>> = { doctor: 'TREATED_BY', appointment: 'HAS_APPOINTMENT', consultation: 'HAS_CONSULTATION', symptom: 'REPORTED_SYMPTOM', medication: 'TAKES_MEDICATION', lab: 'HAS_LAB_RESULT' };

export type Known = { pairs: ReadonlyMap<string, Pair[]>; paths: CarePath[]; relationships: Relationship[] };

/** The nodes of a record, of which those that are `opened` are drawn entry by entry. */
export function nodesOf(patient: Person, entries: Entry[], concepts: Concept[], opened: ReadonlySet<string>): Nodes {
  const byKind = new Map<Kind, Entry[]>();
  for (const one of entries) {
    const kind = KINDS.find((kind) => kind === one.kind);
    if (!kind) continue;
    const some = byKind.get(kind);
    if (some) some.push(one);
    else byKind.set(kind, [one]);
  }
  const nodes = [
    nodeOf('patient', patient.id, patient.name, line(patient.age !== null && `${patient.age} years`, words(patient.sex))),
    ...KINDS.flatMap((kind) => nodesOfKind(kind, byKind.get(kind) ?? [], opened)),
    ...concepts.map(conceptNode),
  ];
  const owner = new Map(nodes.flatMap((node) => [[node.id, node.id] as const, ...node.entries.map(({ id }) => [id, node.id] as const)]));
  return { nodes, owner, counts: new Map(KINDS.map((kind) => [kind, kind === 'concept' ? concepts.length : (byKind.get(kind)?.length ?? 0)])) };
}

/** The entries that stand for symptoms and medications: of what is drawn as one, the latest. */
export const askedOf = ({ nodes }: Nodes) => nodes.flatMap(({ kind, more, entries: [first] }) => (first && !more && (kind === 'symptom' || kind === 'medication') ? [first.id] : []));

/** The graph of a record. Relationships between the same two nodes are one edge. */
export function graphOf(patient: Person, entries: Entry[], drawn: Nodes, known: Known): Graph {
  const { nodes, owner } = drawn;
  const edges = new Map<string, Edge>();
  const add = (from: string | undefined, to: string | undefined, type: string, facts: Relationship[]) => {
    if (!from || !to || from === to) return;
    const edge = edges.get(key(from, to)) ?? { from, to, known: !RECORDED.test(type), types: new Set(), facts: [] };
    edge.types.add(type);
    for (const fact of facts) {
      const told = edge.facts.some(({ type, source, evidence, matched }) => type === fact.type && source === fact.source && evidence === fact.evidence && matched === fact.matched);
      if (!told && edge.facts.length < TOLD) edge.facts.push(fact);
    }
    edges.set(key(from, to), edge);
  };
  const doctors = new Map(entries.flatMap(({ id, assignment }) => (assignment?.doctor ? [[assignment.doctor.id, owner.get(id)] as const] : [])));
  // The records hold these, whether the graph answers or not.
  for (const { id, kind, within } of entries) {
    add(owner.get(kind === 'symptom' && within ? within : patient.id), owner.get(id), RECORDS[kind as Kind] ?? 'HAS_MEDICAL_HISTORY', []);
  }
  for (const { id, consultation } of entries) {
    if (consultation?.doctor) add(doctors.get(consultation.doctor.id), owner.get(id), 'CONDUCTED', []);
  }
  // A condition that is not read yet is drawn with those of its name.
  const conditionOf = ({ id, name }: { id: string; name: string }) => owner.get(id) ?? owner.get(`condition/${same(name)}`);
  for (const [id, some] of known.pairs) {
    for (const { condition, type, because } of some) add(owner.get(id), conditionOf(condition), type, because);
  }
  for (const fact of known.relationships) if (!RECORDED.test(fact.type)) add(owner.get(fact.from), owner.get(fact.to), fact.type, [fact]);
  const ways = known.paths.map((path): Way => {
    const [symptom, condition, medication] = [owner.get(path.symptom.id) ?? owner.get(`symptom/${same(path.symptom.name)}`), conditionOf(path.condition), owner.get(path.medication.id) ?? owner.get(`medication/${same(path.medication.name)}`)];
    const ends = [symptom, condition, medication].map((id) => id ?? '');
    return { nodes: new Set(ends.filter(Boolean)), edges: new Set([key(ends[0] ?? '', ends[1] ?? ''), key(ends[2] ?? '', ends[1] ?? '')]), path };
  });
  return { ...drawn, nodes, edges: [...edges.values()], ways };
}
