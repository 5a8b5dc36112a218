/** A patient's record as nodes and edges to draw. */

import { line, words, type CarePath, type Finding, type Path, type Patient, type Relationship } from './record';

/** The kinds of nodes, in the order in which care goes, which is the order of the columns. */
export const KINDS = ['patient', 'appointment', 'symptom', 'condition', 'medication', 'lab', 'concept'] as const;
export type Kind = (typeof KINDS)[number];

export const PLURALS: Record<Kind, string> = {
  patient: 'Patient',
  appointment: 'Appointments',
  symptom: 'Symptoms',
  condition: 'Conditions',
  medication: 'Medications',
  lab: 'Laboratory',
  concept: 'Concepts',
};

export type Node = { id: string; kind: Kind; name: string; detail: string; alarming: boolean };

/** `known`: by the catalogs or by reasoning over them, and then `because` of these steps; otherwise the record itself
 * says so. */
export type Edge = { from: string; to: string; known: boolean; facts: Relationship[]; because: Relationship[] };

/** The nodes and edges of a care path. */
export type Way = { nodes: Set<string>; edges: Set<string>; path: CarePath };

export type Graph = { nodes: Node[]; edges: Edge[]; ways: Way[] };

/** What the record itself says; all else comes from catalogs, or from reasoning over them. */
const RECORDED = /^(HAS_|TAKES_|REPORTED_|CONTAINS_)/;

export const key = (from: string, to: string) => `${from} ${to}`;

/** One node a test, however often it was done. */
export const labId = (test: string) => `Lab:${test.toLowerCase()}`;

const flagged = (finding: Finding) => finding.flag !== null;

export function labsOf(patient: Patient): Map<string, Finding[]> {
  const tests = new Map<string, Finding[]>();
  const reports = [...(patient.labReports?.nodes ?? [])].sort((a, b) => (a.date ?? '').localeCompare(b.date ?? ''));
  for (const finding of reports.flatMap((report) => report.findings ?? [])) {
    tests.set(labId(finding.testName), [...(tests.get(labId(finding.testName)) ?? []), finding]);
  }
  return tests;
}

function nodesOf(patient: Patient): Node[] {
  const node = (id: string, kind: Kind, name: string, detail: string, alarming = false): Node => ({ id, kind, name, detail, alarming });
  const appointments = patient.appointments?.nodes ?? [];
  return [
    node(patient.id, 'patient', patient.name, line(patient.age !== null && `${patient.age} years`, words(patient.sex))),
    ...appointments.map((one) => node(one.id, 'appointment', one.date ?? 'no date', line(words(one.type), words(one.status), one.doctorName))),
    ...appointments.flatMap((one) =>
      (one.symptoms ?? []).map((symptom) =>
        node(symptom.id, 'symptom', symptom.name, line(words(symptom.severity), words(symptom.onset), symptom.duration, one.date)),
      ),
    ),
    ...(patient.medicalHistory ?? []).map((one) =>
      node(one.id, 'condition', one.item, line(words(one.type), words(one.severity), one.date, !one.isActive && 'not active', one.details)),
    ),
    ...(patient.medications ?? []).map((one) =>
      node(one.id, 'medication', one.name, line(one.dosage, one.frequency, one.prescribedDate && `since ${one.prescribedDate}`, one.discontinuedDate && `until ${one.discontinuedDate}`)),
    ),
    ...[...labsOf(patient)].map(([id, findings]) => {
      const last = findings.at(-1);
      const value = last ? line(`${last.value} ${last.unit ?? ''}`.trim(), words(last.flag), `${findings.length} values`) : '';
      return node(id, 'lab', last?.testName ?? '', value, !!last && flagged(last));
    }),
    ...(patient.graph?.nodes ?? []).flatMap(({ concept }) =>
      concept ? [node(concept.id, 'concept', concept.name, line(words(concept.kind), concept.catalog, concept.code, concept.description))] : [],
    ),
  ];
}

/** Why a symptom speaks for a condition, and a medication is for one. */
function reasonsOf(patient: Patient): { from: string; to: string; path: Path | null }[] {
  const symptoms = (patient.appointments?.nodes ?? []).flatMap((one) => one.symptoms ?? []);
  const of = (from: string, reasons: { condition: { id: string } | null; path: Path | null }[] | null) =>
    (reasons ?? []).flatMap(({ condition, path }) => (condition ? [{ from, to: condition.id, path }] : []));
  return [
    ...symptoms.flatMap(({ id, indicates }) => of(id, indicates)),
    ...(patient.medications ?? []).flatMap(({ id, treats }) => of(id, treats)),
  ];
}

/** The graph of a record. Relationships between the same two nodes are one edge, and findings stand for their test. */
export function graphOf(patient: Patient): Graph {
  const nodes = nodesOf(patient);
  const known = new Set(nodes.map(({ id }) => id));
  const tests = [...labsOf(patient)].flatMap(([id, findings]) => findings.map((finding) => [finding.id, id] as const));
  const testOf = new Map<string, string>(tests);
  const edges = new Map<string, Edge>();
  const add = (fact: Relationship) => {
    const [from, to] = [testOf.get(fact.from) ?? fact.from, testOf.get(fact.to) ?? fact.to];
    // A symptom hangs from its appointment, which hangs from the patient.
    if (!known.has(from) || !known.has(to) || fact.type === 'HAS_SYMPTOM') return;
    const edge = edges.get(key(from, to)) ?? { from, to, known: !RECORDED.test(fact.type), facts: [], because: [] };
    const told = edge.facts.find(({ type, source, evidence }) => type === fact.type && source === fact.source && evidence === fact.evidence);
    if (told) told.matched ??= fact.matched;
    else edge.facts.push({ ...fact });
    edges.set(key(from, to), edge);
  };
  // Reasons first: they say how names were recognised, which the graph as a whole does not.
  const paths = patient.carePaths ?? [];
  const reasons = reasonsOf(patient);
  [...paths, ...reasons].forEach(({ path }) => path?.relationships?.forEach(add));
  patient.graph?.relationships?.forEach(add);
  for (const { from, to, path } of reasons) {
    const edge = edges.get(key(from, to));
    if (edge) edge.because = path?.relationships ?? [];
  }
  const ways = paths.map((path) => {
    const steps = (path.path?.relationships ?? []).map(({ from, to }) => key(from, to));
    const ends = [path.symptom?.id, path.condition?.id, path.medication?.id].filter((id) => id !== undefined);
    // The direct edges, which are drawn when the catalog's concepts are not.
    const [symptom = '', condition = '', medication = ''] = ends;
    const direct = [key(symptom, condition), key(medication, condition)];
    return { nodes: new Set([...ends, ...(path.path?.nodes ?? []).map(({ id }) => id)]), edges: new Set([...steps, ...direct]), path };
  });
  return { nodes, edges: [...edges.values()], ways };
}
