/** What the view of a patient asks for. */

import { ask, type Fault } from '../shared/ask';

export type Finding = {
  id: string;
  testName: string;
  value: string;
  numericValue: number | null;
  unit: string | null;
  referenceRange: string | null;
  flag: 'HIGH' | 'LOW' | 'CRITICAL_HIGH' | 'CRITICAL_LOW' | null;
};

export type History = {
  id: string;
  type: string | null;
  item: string;
  details: string | null;
  date: string | null;
  severity: string | null;
  isActive: boolean;
};

export type Medication = {
  id: string;
  name: string;
  dosage: string | null;
  frequency: string | null;
  isContinued: boolean;
  prescribedDate: string | null;
  discontinuedDate: string | null;
  prescribedBy: string | null;
  treats: { condition: { id: string } | null; path: Path | null }[] | null;
};

export type Symptom = {
  id: string;
  name: string;
  severity: string | null;
  duration: string | null;
  onset: string | null;
  indicates: { condition: { id: string } | null; path: Path | null }[] | null;
};

export type Appointment = {
  id: string;
  date: string | null;
  time: string | null;
  type: string | null;
  status: string | null;
  doctorName: string | null;
  symptoms: Symptom[] | null;
};

export type LabReport = {
  id: string;
  date: string | null;
  type: string | null;
  facility: string | null;
  findings: Finding[] | null;
};

export type Relationship = {
  type: string;
  from: string;
  to: string;
  source: string | null;
  evidence: string | null;
  matched: string | null;
};

export type Path = { nodes?: { id: string; name: string | null }[] | null; relationships: Relationship[] | null };

export type CarePath = {
  symptom: { id: string; name: string } | null;
  condition: { id: string; item: string } | null;
  medication: { id: string; name: string } | null;
  path: Path | null;
};

export type Concept = { id: string; kind: string; name: string; catalog: string; code: string; description: string | null };

export type Patient = {
  id: string;
  name: string;
  dateOfBirth: string | null;
  age: number | null;
  sex: string | null;
  medicalHistory: History[] | null;
  medications: Medication[] | null;
  appointments: { nodes: Appointment[]; totalCount: number | null } | null;
  labReports: { nodes: LabReport[]; totalCount: number | null } | null;
  reports: { nodes: { id: string; date: string | null; type: string | null; summary: string | null }[] } | null;
  carePaths: CarePath[] | null;
  graph: {
    truncated: boolean;
    nodes: { id: string; name: string | null; concept: Concept | null }[] | null;
    relationships: Relationship[] | null;
  } | null;
};

const QUERY = `query PatientView($id: ID!) {
  patient(id: $id) {
    id name dateOfBirth age sex
    medicalHistory { id type item details date severity isActive }
    medications { id name dosage frequency isContinued prescribedDate discontinuedDate prescribedBy treats { condition { id } path { relationships { ...Fact } } } }
    appointments(first: 200) {
      totalCount
      nodes {
        id date time type status doctorName
        symptoms { id name severity duration onset indicates { condition { id } path { relationships { ...Fact } } } }
      }
    }
    labReports(first: 200) {
      totalCount
      nodes { id date type facility findings { id testName value numericValue unit referenceRange flag } }
    }
    reports(first: 200) { nodes { id date type summary } }
    carePaths {
      symptom { id name }
      condition { id item }
      medication { id name }
      path { nodes { id name } relationships { ...Fact } }
    }
    graph(depth: 2) {
      truncated
      nodes { id name concept { id kind name catalog code description } }
      relationships { ...Fact }
    }
  }
}
fragment Fact on GraphRelationship { type from to source evidence matched }`;

/** Nodes of the graph have ids of their own, `GraphNode:Symptom:7`; a drawing shows one thing for a node and its record. */
function asRecords<T>(value: T): T {
  if (Array.isArray(value)) return value.map(asRecords) as T;
  if (value === null || typeof value !== 'object') return value;
  const isId = (key: string, one: unknown): one is string => typeof one === 'string' && /^(id|from|to)$/.test(key);
  const entry = ([key, one]: [string, unknown]) => [key, isId(key, one) ? one.replace(/^GraphNode:/, '') : asRecords(one)];
  return Object.fromEntries(Object.entries(value).map(entry)) as T;
}

/** A patient, and what of them could not be read; nobody, if the id is nobody's. */
export async function read(id: string): Promise<{ patient: Patient | null; faults: Fault[] }> {
  const { data, errors } = await ask<{ patient: Patient | null }>(QUERY, { id });
  return { patient: asRecords(data?.patient ?? null), faults: errors ?? [] };
}

/** A value of a test, and when it was taken. */
export type Point = Finding & { date: string };

/** A test's values, the earliest first. */
export type Trend = { test: string; points: Point[] };

/** The gateway's limit of aliases stands above this. */
const TRENDS_A_REQUEST = 20;

/** The trends of tests, by `labTrend`; as many requests as the limits ask for. */
export async function trends(id: string, tests: string[]): Promise<Trend[]> {
  const requests = [];
  for (let at = 0; at < tests.length; at += TRENDS_A_REQUEST) requests.push(tests.slice(at, at + TRENDS_A_REQUEST));
  const answers = await Promise.all(requests.map((some) => trendsOf(id, some)));
  return answers.flat();
}

async function trendsOf(id: string, tests: string[]): Promise<Trend[]> {
  type Row = Finding & { labReport: { date: string | null } | null };
  const declared = tests.map((_, index) => `$t${index}: String!`).join(', ');
  const fields = tests.map((_, index) => `t${index}: labTrend(testName: $t${index}) { ...Value }`).join('\n');
  const query = `query LabTrends($id: ID!, ${declared}) { patient(id: $id) { ${fields} } }
    fragment Value on LabFinding { id testName value numericValue unit referenceRange flag labReport { date } }`;
  const variables = Object.fromEntries(tests.map((test, index) => [`t${index}`, test]));
  const { data } = await ask<{ patient: Record<string, Row[] | null> | null }>(query, { id, ...variables });
  return tests.map((test, index) => {
    const points = (data?.patient?.[`t${index}`] ?? []).flatMap((row) => {
      const date = row.labReport?.date;
      return date ? [{ ...row, date }] : [];
    });
    return { test, points: points.sort((a, b) => a.date.localeCompare(b.date)) };
  });
}

/** SCREAMING_CASE as words. */
export const words = (name: string | null | undefined) => (name ?? '').toLowerCase().replaceAll('_', ' ');

/** Details in one line; what is unknown is left out. */
export const line = (...parts: (string | null | undefined | false)[]) => parts.filter(Boolean).join(' · ');
