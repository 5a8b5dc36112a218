/** What the view of a patient asks for, and the entries that it makes of the answers. */

import { ask, type Fault } from '../shared/ask';
import { isolated } from '../shared/text';
import { ROLES, money, words } from '../shared/words';

export { words };

/** The kinds of entries, in the order in which a reader needs them. */
export const ENTRIES = ['allergy', 'condition', 'medication', 'appointment', 'consultation', 'symptom', 'lab', 'scan', 'prediction', 'report', 'message', 'operation', 'family', 'other', 'doctor', 'session', 'vital', 'record'] as const;
export type EntryKind = (typeof ENTRIES)[number];

/** One entry of the record, whatever its kind. `detail` is one line, made of isolated parts. */
export type Entry = {
  id: string;
  kind: EntryKind;
  name: string;
  date: string | null;
  detail: string;
  /** The entry that holds it: a symptom's appointment, a finding's report. */
  within?: string;
  /** What the report is that holds it. */
  whole?: string;
  /** When it ended; `null` while it is ongoing, left out where that means nothing. */
  until?: string | null;
  /** Of a condition that is not active, a medication that was stopped. */
  past?: boolean;
  finding?: Finding;
  assignment?: Assignment;
  consultation?: Consultation;
  /** The id of the doctor who prescribed a medication. */
  prescriber?: string;
  session?: Session;
};

/** A conversation, whose messages are read when it is opened. */
export type Session = { id: string; name: string | null; createdAt: string | null; endedAt: string | null; severity: number | null; isEmergency: boolean; followUpRequired: boolean; language: string | null; symptomsSummary: string | null; diagnosisSuggestions: unknown };

/** A meeting of a doctor and the patient. */
export type Consultation = {
  id: string;
  type: string | null;
  status: string | null;
  date: string | null;
  time: string | null;
  chiefComplaint: string | null;
  diagnosis: string | null;
  prescription: string | null;
  durationMinutes: number | null;
  feeMinorUnits: number | null;
  feeCurrency: string | null;
  nextVisitDate: string | null;
  notes: string | null;
  doctor: { id: string; name: string | null } | null;
};

/** The doctor of an assignment, and as what they look after the patient. */
export type Assignment = { id: string; type: string | null; since: string | null; until: string | null; doctor: Doctor | null };
export type Doctor = { id: string; name: string | null; specialty: { name: string | null } | null; institution: { id: string; name: string | null } | null };

export type Verdict = 'BELOW' | 'WITHIN' | 'ABOVE';

/** A laboratory value; number, interval and verdict are the gateway's reading of what was recorded. */
export type Finding = {
  id: string;
  testName: string;
  value: string;
  unit: string | null;
  numericValue: number | null;
  referenceInterval: { low: number | null; high: number | null; text: string } | null;
  verdict: Verdict | null;
  flag: 'HIGH' | 'LOW' | 'CRITICAL_HIGH' | 'CRITICAL_LOW' | null;
};

export type Person = { id: string; name: string; dateOfBirth: string | null; age: number | null; sex: string | null };

/** A number of things: `1 value`, `2 values`. */
export const count = (number: number, one: string, more = `${one}s`) => `${number} ${number === 1 ? one : more}`;

/** Details in one line, each kept to itself; what is unknown is left out. */
export const line = (...parts: (string | null | undefined | false)[]) =>
  parts.flatMap((part) => (part ? [isolated(part)] : [])).join(' · ');

/** What a value is, read against its own range. */
export function reading({ verdict, referenceInterval, numericValue }: Finding): string {
  if (verdict) return { BELOW: 'below its range', WITHIN: 'within its range', ABOVE: 'above its range' }[verdict];
  if (!referenceInterval) return 'not compared: no range is recorded';
  if (numericValue === null) return 'not compared: the value cannot be read as a number';
  return 'not compared: the range cannot be read';
}

/** The sign of a verdict, or else of what was recorded. */
export function signOf({ verdict, flag }: Finding): string {
  if (verdict === 'ABOVE' || (!verdict && flag?.endsWith('HIGH'))) return '▲';
  return verdict === 'BELOW' || (!verdict && flag?.endsWith('LOW')) ? '▼' : '';
}

/** What the laboratory's flag says, if it says something. */
export const flagged = ({ flag }: Finding) => flag && `recorded as ${words(flag)}`;

export const lineOf = (finding: Finding) =>
  line(
    finding.unit ? `${isolated(finding.value)} ${isolated(finding.unit)}` : finding.value,
    finding.referenceInterval && `range ${isolated(finding.referenceInterval.text)}`,
    `${signOf(finding)} ${reading(finding)}`.trim(),
    flagged(finding),
  );

type History = { id: string; type: string | null; item: string; details: string | null; date: string | null; severity: string | null; isActive: boolean };
/** The doctor as an object; a row may have the name in words alone, or both. */
type Named = { name: string | null } | null;
type Medication = { id: string; name: string; dosage: string | null; frequency: string | null; isContinued: boolean; prescribedDate: string | null; discontinuedDate: string | null; prescribedBy: string | null; doctor: (Named & { id: string }) | null; purposes: { conditionName: string }[] | null };
type Symptom = { id: string; name: string; description: string | null; severity: string | null; duration: string | null; onset: string | null };
type Appointment = { id: string; date: string | null; time: string | null; type: string | null; status: string | null; doctorName: string | null; doctor: Named; notes: string | null; symptoms: Symptom[] | null };
type LabReport = { id: string; date: string | null; type: string | null; facility: string | null; findings: Finding[] | null };
type Report = { id: string; date: string | null; type: string | null; summary: string | null; doctorName: string | null; doctor: Named };
type Scan = { id: string; modality: string | null; bodyPart: string | null; date: string | null; description: string | null; doctor: Named };
type Prediction = { id: string; condition: string | null; label: string | null; stage: string | null; probability: string | null; modelName: string | null; modelVersion: string | null; predictedAt: string | null; notes: string | null };
type HealthRecord = { id: string; type: string | null; data: unknown; severity: number | null; recordedAt: string | null; source: string | null; confidence: string | null; isVerified: boolean; notes: string | null };
type Message = { id: string; text: string; type: string | null; sentAt: string | null };

/** How many entries below one are read at most. */
export const BELOW = 200;

/** A list of the record, read in pages: the field of the root, what else its rows must be, their order and fields. */
type List<Row> = { title: string; root: string; also?: string; order: string; fields: string; entries: (row: Row) => Entry[] };
const list = <Row,>(one: List<Row>) => one as List<never>;

const history = (title: string, kind: EntryKind, also: string) =>
  list<History>({
    title,
    root: 'medicalHistories',
    also,
    order: 'DATE_DESC',
    fields: 'id type item details date severity isActive',
    entries: ({ id, type, item, date, severity, isActive, details }) => {
      // An operation or a relative's condition is over, or is not the patient's: to neither does it matter whether it is active.
      const past = !isActive && kind !== 'operation' && kind !== 'family';
      return [{ id, kind, name: item, date, past, detail: line(kind === 'other' && (words(type) || 'of no known type'), words(severity), past && 'not active', details) }];
    },
  });

/** Purposes of a medication that are told, and that are read: of the same condition there are often several. */
const [TOLD, PURPOSES] = [3, 10];

function purposesOf(purposes: { conditionName: string }[] | null): string {
  if (!purposes?.length) return '';
  const names = [...new Set(purposes.map(({ conditionName }) => conditionName))];
  const more = names.length > TOLD || purposes.length === PURPOSES;
  return `for ${names.slice(0, TOLD).map(isolated).join(', ')}${more ? ' and more' : ''}`;
}

const medications = (title: string, also: string) =>
  list<Medication>({
    title,
    root: 'medications',
    also,
    order: 'PRESCRIBED_DATE_DESC',
    fields: `id name dosage frequency isContinued prescribedDate discontinuedDate prescribedBy doctor { id name } purposes(first: ${PURPOSES}) { conditionName }`,
    entries: ({ id, name, dosage, frequency, isContinued, prescribedDate, discontinuedDate, prescribedBy, doctor, purposes }) => [{
      id, kind: 'medication', name, date: prescribedDate, until: isContinued ? null : (discontinuedDate ?? prescribedDate), past: !isContinued, prescriber: doctor?.id,
      detail: line(purposesOf(purposes), dosage, frequency, isContinued ? 'taken now' : discontinuedDate ? `until ${discontinuedDate}` : 'stopped', doctor?.name ?? prescribedBy),
    }],
  });

export const roleOf = ({ type }: Assignment) => (type ? (ROLES[type] ?? words(type)) : null);

const assignments = (title: string, isActive: boolean) =>
  list<Assignment>({
    title,
    root: 'doctorAssignments',
    also: `isActive: { eq: ${isActive} }`,
    order: 'SINCE_DESC',
    fields: 'id type since until doctor { id name specialty { name } institution { id name } }',
    entries: (assignment) => {
      const { id, since, until, doctor } = assignment;
      return [{
        id, kind: 'doctor', name: doctor?.name ?? 'a doctor without a name', date: since, past: !isActive, assignment,
        detail: line(roleOf(assignment), doctor?.specialty?.name, doctor?.institution?.name, until && `until ${until}`),
      }];
    },
  });

/** A text that was written in lines, as a list of medicines. */
export const linesOf = (text: string) => text.split('\n').map((one) => one.trim()).filter(Boolean);

export const feeOf = ({ feeMinorUnits, feeCurrency }: Consultation) => (feeMinorUnits === null || !feeCurrency ? null : money(feeMinorUnits, 'minor units', feeCurrency));

type Members = Record<string, unknown>;
export const membersOf = (value: unknown): Members => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Members : {});

/** A value as it is stored: a number with its unit, a word, or else its JSON. */
function valueOf(value: unknown): string {
  const { value: number, unit } = membersOf(value);
  if (typeof number === 'number' || typeof number === 'string') return `${number}${typeof unit === 'string' ? ` ${unit}` : ''}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What is recorded, member by member; both blood pressures of one unit are told as one. */
function dataOf(data: unknown): string[] {
  const { name: _, blood_pressure_systolic: high, blood_pressure_diastolic: low, ...rest } = membersOf(data);
  const pressures = [membersOf(high), membersOf(low)];
  const together = pressures.every(({ value, unit }) => typeof value === 'number' && typeof unit === 'string' && unit === pressures[0]?.unit);
  const apart: Members = { ...(high !== undefined && { systolic_blood_pressure: high }), ...(low !== undefined && { diastolic_blood_pressure: low }) };
  return [
    ...(together ? [`blood pressure ${pressures.map(({ value }) => value).join('/')} ${pressures[0]?.unit}`] : []),
    ...Object.entries(together ? rest : { ...apart, ...rest }).map(([member, value]) => `${words(member)} ${valueOf(value)}`),
  ];
}

const SOURCES: Record<string, string> = { AI_ANALYSIS: 'by a program', USER_INPUT: 'told by the patient', MANUAL: 'entered by the staff', DEVICE: 'by a device' };

const records = (title: string, kind: EntryKind, also: string) =>
  list<HealthRecord>({
    title,
    root: 'healthRecords',
    also,
    order: 'RECORDED_AT_DESC',
    fields: 'id type data severity recordedAt source confidence isVerified notes',
    entries: ({ id, type, data, severity, recordedAt, source, confidence, isVerified, notes }) => {
      const { name } = membersOf(data);
      const named = kind === 'record' && typeof name === 'string' && name.trim() ? name : null;
      const what = words(type) || 'record of no known type';
      return [{
        id, kind, name: named ?? what, date: recordedAt?.slice(0, 10) ?? null,
        detail: line(
          recordedAt?.slice(11, 16), named && what, ...dataOf(data), severity !== null && `severity ${severity} of 10`, source && (SOURCES[source] ?? words(source)),
          confidence && `confidence ${confidence}`, isVerified ? 'verified' : 'not verified', notes,
        ),
      }];
    },
  });

const MODALITIES: Record<string, string> = { MRI: 'MRI', CT: 'CT', X_RAY: 'X-ray', ULTRASOUND: 'Ultrasound', PET: 'PET', SPECT: 'SPECT', MAMMOGRAPHY: 'Mammography', OTHER: 'Scan' };

const KNOWN_TYPES = '[ALLERGY, CONDITION, SURGERY, FAMILY_HISTORY]';

export const LISTS = {
  allergies: history('Allergies', 'allergy', 'type: { eq: ALLERGY }'),
  conditions: history('Conditions', 'condition', 'type: { eq: CONDITION }'),
  medications: medications('Medications taken now', 'isContinued: { eq: true }'),
  stopped: medications('Medications that were stopped', 'not: { isContinued: { eq: true } }'),
  appointments: list<Appointment>({
    title: 'Appointments and symptoms',
    root: 'appointments',
    order: 'DATE_DESC',
    fields: `id date time type status doctorName doctor { name } notes symptoms(first: ${BELOW}) { id name description severity duration onset }`,
    entries: ({ id, date, time, type, status, doctorName, doctor, notes, symptoms }) => [
      { id, kind: 'appointment', name: words(type) || 'appointment', date, detail: line(time?.slice(0, 5), words(status), doctor?.name ?? doctorName, notes) },
      ...(symptoms ?? []).map((one): Entry => ({
        id: one.id, kind: 'symptom', name: one.name, date, within: id, detail: line(words(one.severity), words(one.onset), one.duration, one.description),
      })),
    ],
  }),
  consultations: list<Consultation>({
    title: 'Consultations',
    root: 'consultations',
    order: 'DATE_DESC',
    fields: 'id type status date time chiefComplaint diagnosis prescription durationMinutes feeMinorUnits feeCurrency nextVisitDate notes doctor { id name }',
    entries: (one) => [{
      id: one.id, kind: 'consultation', name: words(one.type) || 'consultation', date: one.date, consultation: one,
      detail: line(
        one.time?.slice(0, 5), words(one.status), one.doctor?.name, one.chiefComplaint, one.diagnosis && `found: ${isolated(one.diagnosis)}`,
        one.prescription && `prescribed: ${isolated(linesOf(one.prescription).join('; '))}`, feeOf(one) && `fee ${feeOf(one)}`, one.nextVisitDate && `next visit ${one.nextVisitDate}`, one.notes,
      ),
    }],
  }),
  scans: list<Scan>({
    title: 'Scans',
    root: 'scans',
    order: 'DATE_DESC',
    fields: 'id modality bodyPart date description doctor { name }',
    entries: ({ id, modality, bodyPart, date, description, doctor }) => [{ id, kind: 'scan', name: line(MODALITIES[modality ?? ''] ?? 'Scan', bodyPart), date, detail: line(doctor?.name, description) }],
  }),
  predictions: list<Prediction>({
    title: 'Predictions by programs',
    root: 'predictions',
    order: 'PREDICTED_AT_DESC',
    fields: 'id condition label stage probability modelName modelVersion predictedAt notes',
    entries: ({ id, condition, label, stage, probability, modelName, modelVersion, predictedAt, notes }) => [{
      id, kind: 'prediction', name: line(condition, label), date: predictedAt?.slice(0, 10) ?? null,
      detail: line(stage, probability && `probability ${probability}`, modelName && `by ${isolated(modelName)}${modelVersion ? ` ${isolated(modelVersion)}` : ''}`, notes, 'a program’s guess, no diagnosis'),
    }],
  }),
  labs: list<LabReport>({
    title: 'Laboratory',
    root: 'labReports',
    order: 'DATE_DESC',
    fields: `id date type facility findings(first: ${BELOW}) { id testName value unit numericValue referenceInterval { low high text } verdict flag }`,
    entries: ({ id, date, type, facility, findings }) => findings?.length
      ? findings.map((finding): Entry => ({ id: finding.id, kind: 'lab', name: finding.testName, date, within: id, whole: line(type ?? 'Report', facility), finding, detail: lineOf(finding) }))
      : [{ id, kind: 'lab', name: type ?? 'Laboratory report', date, detail: line(findings ? 'no findings' : 'its findings could not be read', facility) }],
  }),
  reports: list<Report>({
    title: 'Reports',
    root: 'reports',
    order: 'DATE_DESC',
    fields: 'id date type summary doctorName doctor { name }',
    entries: ({ id, date, type, summary, doctorName, doctor }) => [{ id, kind: 'report', name: type ?? 'Report', date, detail: line(doctor?.name ?? doctorName, summary) }],
  }),
  messages: list<Message>({
    title: 'Messages',
    root: 'chatMessages',
    order: 'SENT_AT_DESC',
    fields: 'id text type sentAt',
    entries: ({ id, text, type, sentAt }) => [
      { id, kind: 'message', name: `Message from ${type === 'PATIENT' ? 'the patient' : type === 'BOT' || type === 'SYSTEM' ? `the ${words(type)}` : type ? `a ${words(type)}` : 'an unknown sender'}`, date: sentAt?.slice(0, 10) ?? null, detail: line(sentAt?.slice(11, 16), text) },
    ],
  }),
  sessions: list<Session>({
    title: 'Conversations',
    root: 'chatSessions',
    order: 'CREATED_AT_DESC',
    fields: 'id name createdAt endedAt severity isEmergency followUpRequired language symptomsSummary diagnosisSuggestions',
    entries: (session) => [{
      id: session.id, kind: 'session', name: session.name ?? 'A conversation', date: session.createdAt?.slice(0, 10) ?? null, session,
      detail: line(
        session.isEmergency && 'emergency', session.followUpRequired && 'somebody must come back to the patient',
        session.severity !== null && `severity ${session.severity} of 10`, session.endedAt ? `ended ${session.endedAt.slice(0, 16).replace('T', ' ')}` : 'goes on',
      ),
    }],
  }),
  vitals: records('Vital signs', 'vital', 'type: { eq: VITAL_SIGNS }'),
  records: records('Health records', 'record', 'or: [{ type: { isNull: true } }, { not: { type: { eq: VITAL_SIGNS } } }]'),
  team: assignments('Care team', true),
  formerTeam: assignments('Doctors before', false),
  operations: history('Operations', 'operation', 'type: { eq: SURGERY }'),
  family: history('Family history', 'family', 'type: { eq: FAMILY_HISTORY }'),
  others: history('Habits and other history', 'other', `or: [{ type: { isNull: true } }, { not: { type: { in: ${KNOWN_TYPES} } } }]`),
};
export type ListName = keyof typeof LISTS;
export const LIST_NAMES = Object.keys(LISTS) as ListName[];

/** A page of a list. */
export type Page = { entries: Entry[]; rows: number; total: number | null; end: string | null; faults: Fault[]; cut: boolean };

type Rows = { totalCount?: number | null; pageInfo: { hasNextPage: boolean; endCursor: string | null }; nodes: { symptoms?: unknown[] | null; findings?: unknown[] | null }[] };

/** Rows of the first page, and of those after it. */
const [FIRST, MORE] = [100, 200];

export async function page(patient: number, name: ListName, after: string | null): Promise<Page> {
  const { root, also, order, fields, entries } = LISTS[name];
  const query = `query View($patient: Int!, $first: Int!, $after: String, $count: Boolean!) {
    rows: ${root}(filter: { patientId: { eq: $patient }${also ? `, ${also}` : ''} }, orderBy: [${order}], first: $first, after: $after) {
      totalCount @include(if: $count) pageInfo { hasNextPage endCursor } nodes { ${fields} }
    }
  }`;
  const { data, errors } = await ask<{ rows: Rows | null }>(query, { patient, after, first: after ? MORE : FIRST, count: !after });
  if (!data?.rows) throw new Error(errors?.[0]?.message ?? 'the answer is empty');
  const { nodes, pageInfo, totalCount } = data.rows;
  return {
    entries: nodes.flatMap((row) => entries(row as never)),
    rows: nodes.length,
    total: totalCount ?? null,
    end: pageInfo.hasNextPage ? pageInfo.endCursor : null,
    faults: errors ?? [],
    cut: nodes.some(({ symptoms, findings }) => (symptoms ?? findings ?? []).length >= BELOW),
  };
}

/** The patient; `null`, if the id is nobody's. */
export async function person(id: string): Promise<Person | null> {
  const { data } = await ask<{ patient: Person | null }>('query Person($id: ID!) { patient(id: $id) { id name dateOfBirth age sex } }', { id });
  return data?.patient ?? null;
}

/** The fields that a fault's path names, in words: `symptoms of appointments`. */
export const placeOf = (fault: Fault) =>
  (fault.path ?? []).filter((step): step is string => typeof step === 'string' && !['patient', 'nodes', 'rows'].includes(step)).reverse().join(' of ').replace(/[A-Z]/g, (one) => ` ${one.toLowerCase()}`);
