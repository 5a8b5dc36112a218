/** The access log in words: who asked, what kinds of data an answer told, and what was changed. */

import { words } from './words';

export type Change = { table: string; action: string; rows: string; columns: string[] };

/** An entry as the gateway tells it. */
export type Entry = {
  number: string;
  at: string | null;
  kind: string;
  who: string | null;
  role: string | null;
  /** What the program of a partner asked for. */
  purpose: string | null;
  operation: string | null;
  requestId: string;
  breakGlass: boolean;
  fields: string[];
  changes: Change[];
};

/** The fields of an entry that both pages ask for. */
export const ENTRY = `number
        at
        kind
        who
        role
        purpose
        operation
        requestId
        breakGlass
        fields
        changes {
          table
          action
          rows
          columns
        }`;

const ROLES: Record<string, string> = { ADMIN: 'administrator', CLINICIAN: 'clinician', PATIENT: 'patient', PARTNER: 'program of a partner' };

export const roleOf = (role: string | null) => role && (ROLES[role] ?? words(role));

/** Who is behind an entry that names nobody, or what is. */
export function nobody({ kind, role, operation }: Pick<Entry, 'kind' | 'role' | 'operation'>): string {
  if (kind === 'UNANSWERED') return 'Somebody unknown: the gateway ended before it could answer';
  if (kind === 'START') return 'A gateway that started';
  if (kind === 'PRUNE') return `An operator of the gateway${operation ? ', by the command' : ''}`;
  return `Somebody without a log-in${role ? `, as ${roleOf(role)}` : ''}`;
}

/** Kinds of data, in the order in which they are told, each with its types. The first one is the patient, and needs no name. */
const KINDS: [string, ...string[]][] = [
  ['', 'Patient'],
  ['health profile', 'HealthProfile', 'BloodType'],
  ['medical history', 'MedicalHistory'],
  ['medications', 'Medication'],
  ['purposes of medications', 'MedicationPurpose'],
  ['appointments', 'Appointment'],
  ['symptoms', 'Symptom'],
  ['consultations', 'Consultation'],
  ['laboratory reports', 'LabReport'],
  ['laboratory values', 'LabFinding', 'ReferenceInterval'],
  ['vital signs', 'VitalPoint'],
  ['health records', 'HealthRecord'],
  ['reports', 'Report'],
  ['findings of reports', 'ReportFinding'],
  ['scans', 'Scan'],
  ['predictions by programs', 'Prediction'],
  ['conversations', 'ChatSession'],
  ['messages', 'ChatMessage'],
  ['attachments', 'Attachment'],
  ['analyses by programs', 'AiAnalysis', 'AnalysisCost'],
  ['interactions of medications', 'Interaction'],
  ['contraindications', 'Contraindication'],
  ['possible side effects', 'PossibleSideEffect'],
  ['possible conditions', 'DifferentialCondition', 'DifferentialConcept'],
  ['what treats what', 'IndicatedCondition', 'IndicatingSymptom', 'TreatedCondition', 'TreatingMedication'],
  ['care paths', 'CarePath'],
  ['care team', 'DoctorAssignment'],
  ['doctors', 'Doctor', 'Specialty'],
  ['institutions', 'Institution'],
  ['e-mail addresses', 'Email'],
  ['telephone numbers', 'Phone'],
  ['postal addresses', 'Address', 'Region', 'Country'],
  ['privacy settings', 'PrivacySettings', 'PrivacySettingsInForce'],
  ['consents', 'Consent'],
  ['partners', 'Partner'],
  ['gaps of the record', 'ValidationStatus'],
  ['similar patients', 'SimilarPatient'],
  ['how entries hang together', 'PatientGraph', 'GraphNode', 'GraphPath', 'GraphRelationship'],
  ['clinical catalogs', 'Concept', 'Fact', 'Catalog', 'Knowledge'],
  ['emergency looks', 'BreakGlass'],
  ['this log', 'AccessEvent', 'AccessChange'],
];

const KIND_OF = new Map(KINDS.flatMap(([kind, ...types]) => types.map((type) => [type, kind])));

/** Types of which each field is told by one word: none where the kind says it already. */
const AS: Record<string, string> = {
  ...Object.fromEntries(
    [
      'AnalysisCost', 'Interaction', 'Contraindication', 'PossibleSideEffect', 'DifferentialCondition', 'DifferentialConcept', 'IndicatedCondition', 'IndicatingSymptom', 'TreatedCondition',
      'TreatingMedication', 'CarePath', 'ValidationStatus', 'SimilarPatient', 'PatientGraph', 'GraphNode', 'GraphPath', 'GraphRelationship', 'Concept', 'Fact', 'Catalog', 'Knowledge', 'AccessEvent', 'AccessChange', 'BreakGlass',
    ].map((type) => [type, '']),
  ),
  BloodType: 'blood group',
  ReferenceInterval: 'reference range',
  Specialty: 'specialty',
  Region: 'region',
  Country: 'country',
};

/** What leads from a patient to a kind of data: that one looked there is told, also where nothing was. */
const LEADS: Record<string, string> = {
  institution: 'institutions', profile: 'health profile', doctorAssignments: 'care team', careTeam: 'care team', primaryDoctor: 'care team', validationStatus: 'gaps of the record',
  medicalHistory: 'medical history', appointments: 'appointments', upcomingAppointments: 'appointments', medications: 'medications', activeMedications: 'medications',
  consultations: 'consultations', scans: 'scans', predictions: 'predictions by programs', latestPrediction: 'predictions by programs', labReports: 'laboratory reports',
  abnormalFindings: 'laboratory values', labTrend: 'laboratory values', reports: 'reports', chatSessions: 'conversations', messages: 'messages', healthRecords: 'health records',
  vitals: 'vital signs', privacySettings: 'privacy settings', consents: 'consents', emails: 'e-mail addresses', phones: 'telephone numbers', addresses: 'postal addresses', carePaths: 'care paths', carePathCount: 'care paths',
  unexplainedSymptoms: 'symptoms', unexplainedSymptomCount: 'symptoms', untreatedConditions: 'medical history', untreatedConditionCount: 'medical history',
  medicationsWithoutIndication: 'medications', medicationWithoutIndicationCount: 'medications', possibleSideEffects: 'possible side effects', possibleSideEffectCount: 'possible side effects',
  interactions: 'interactions of medications', interactionCount: 'interactions of medications', contraindications: 'contraindications', contraindicationCount: 'contraindications',
  differential: 'possible conditions', similarPatients: 'similar patients', graph: 'how entries hang together', accessLog: 'this log', breakGlasses: 'emergency looks',
};

/** What leads from other types on; the fields there tell the rest. */
const ON = new Set([
  'patient', 'patients', 'doctor', 'doctors', 'institution', 'region', 'country', 'specialty', 'symptoms', 'consultation', 'consultations', 'appointment', 'message', 'messages', 'thread', 'session', 'parent', 'replies', 'attachments', 'analyses', 'cost',
  'healthRecords', 'condition', 'assignments', 'scans', 'scan', 'emails', 'phones', 'addresses', 'bloodType', 'findings', 'labReport', 'report', 'referenceInterval', 'indicatedBy', 'treatedBy', 'purposes', 'treats', 'medication', 'medicalHistory',
  'predictions', 'recorded', 'indicates', 'record', 'consents', 'partner', 'partners',
]);
/** Fields of such a name that are a text. */
const TEXTS = new Set(['Institution.region', 'Institution.country', 'Phone.country', 'Prediction.condition']);

/** What is of the gateway and not of the record. */
const FRAME = /Payload$|Connection$|Edge$|^(Query|Mutation|PageInfo|Me|SessionTokens|BoundedCount|GraphStatus|Import(Failure|edItem)|Removed|Refusal|Violation)$/;
const TECHNICAL = /^(id|version|createdAt|updatedAt|\w+Id|uuid|storageKey|sha256|metadata)$/;

/** Names that do not say what they are. */
const SAID: Record<string, string> = {
  addressType: 'kind', begunMs: 'beginning', untilMs: 'end', reviewedMs: 'review',  aiSource: 'program that wrote it', allowAnalytics: 'use for analyses', allowResearch: 'use for research', anonymizeData: 'use without the name', bmi: 'body mass index', country: 'country', costMicros: 'cost', costCurrency: 'cost', conditionName: 'condition', data: 'value',
  dataRetentionDays: 'how long data is kept', dob: 'date of birth', durationMinutes: 'duration', emailType: 'kind', feeMinorUnits: 'fee', feeCurrency: 'fee', heightCm: 'height', historyItem: 'entry', isActive: 'whether current', isContinued: 'whether taken now',
  isDefault: 'whether chosen', item: 'entry', key: 'name', line1: 'street', line2: 'street', mediaType: 'kind of file', medicineName: 'name', numericValue: 'value', phoneType: 'kind', privacyUrl: 'page on privacy', processingMs: 'time', processingTimeMs: 'time', sizeBytes: 'size', testName: 'test', testValue: 'value',
  testUnit: 'unit', tokensUsed: 'tokens', type: 'kind', weightKg: 'weight', chiefComplaint: 'complaint', nextVisitDate: 'next visit', originalFilename: 'file name', messageText: 'text', completeReport: 'full text',
};

/** `isVerified` and `dateOfBirth` as words; null for what is technical. */
function word(name: string): string | null {
  if (TECHNICAL.test(name)) return null;
  const split = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return SAID[name] ?? split.replace(/^is /, 'whether ').replace(/^(.+) count$/, 'number of $1');
}

/** The lists that were searched or counted, where an answer showed no row of them. */
export const listsIn = (fields: readonly string[]) => fields.flatMap((field) => (field.startsWith('Query.') ? word(field.slice('Query.'.length)) ?? [] : []));

/** A kind of data, and what of it; nothing where the kind says all. */
export type Told = { kind: string; words: string[] };

/** What the fields of answers told, by kinds of data. Where a new gateway has a type that this page does not know, its name is told. */
export function toldBy(fields: Iterable<string>): Told[] {
  const told = new Map<string, Set<string>>();
  const add = (kind: string, word: string | null) => {
    const known = told.get(kind) ?? told.set(kind, new Set()).get(kind);
    if (word) known?.add(word);
  };
  for (const field of fields) {
    const [type = '', name = ''] = field.split('.');
    const leads = type === 'Patient' ? LEADS[name] : undefined;
    if (FRAME.test(type)) continue;
    if (leads) add(leads, null);
    else if (ON.has(name) && !TEXTS.has(field)) continue;
    else if (type in AS) add(KIND_OF.get(type) ?? '', AS[type] ?? null);
    else if (!TECHNICAL.test(name)) add(KIND_OF.get(type) ?? `other data: ${word(type) ?? type}`, word(name));
  }
  const order = KINDS.map(([kind]) => kind);
  const place = ({ kind }: Told) => (order.includes(kind) ? order.indexOf(kind) : order.length);
  const called = (word: string) => Number(word !== 'name');
  return [...told].map(([kind, words]) => ({ kind, words: [...words].sort((one, other) => called(one) - called(other)) })).sort((one, other) => place(one) - place(other));
}

/** Tables: one row, several of them. */
const TABLES: Record<string, [string, string]> = {
  Address: ['a postal address', 'postal addresses'],
  AI_Analysis: ['an analysis by a program', 'analyses by programs'],
  Appointment: ['an appointment', 'appointments'],
  Appointment_Symptom: ['a symptom', 'symptoms'],
  Attachment: ['an attachment', 'attachments'],
  Break_Glass: ['an emergency look', 'emergency looks'],
  Chat_History: ['a message', 'messages'],
  Chat_Session: ['a conversation', 'conversations'],
  Consultation: ['a consultation', 'consultations'],
  Country: ['a country', 'countries'],
  Doctor: ['a doctor', 'doctors'],
  Doctor_Patient_Assignment: ['a doctor of the care team', 'doctors of the care team'],
  Email: ['an e-mail address', 'e-mail addresses'],
  Health_Profile: ['the health profile', 'health profiles'],
  Health_Record: ['a health record', 'health records'],
  Institution: ['an institution', 'institutions'],
  Lab_Finding: ['a laboratory value', 'laboratory values'],
  Lab_Report: ['a laboratory report', 'laboratory reports'],
  Medical_History: ['an entry of the medical history', 'entries of the medical history'],
  Medication: ['a medication', 'medications'],
  Medication_Purpose: ['a purpose of a medication', 'purposes of medications'],
  Partner: ['a partner', 'partners'],
  Patient: ['the personal data', 'patients'],
  Patient_Consent: ['a consent', 'consents'],
  Phone: ['a telephone number', 'telephone numbers'],
  Prediction: ['a prediction by a program', 'predictions by programs'],
  Privacy_Settings: ['the privacy settings', 'privacy settings'],
  Region: ['a region', 'regions'],
  Report: ['a report', 'reports'],
  Report_Finding: ['a finding of a report', 'findings of reports'],
  Scan: ['a scan', 'scans'],
  Specialty: ['a specialty', 'specialties'],
  User_Account: ['an account', 'accounts'],
};

const DID: Record<string, string> = { add: 'added', change: 'changed', remove: 'removed' };

/** How many rows `12,13,+3` are. */
const rowsIn = (rows: string) => rows.split(',').filter(Boolean).reduce((sum, row) => sum + (row.startsWith('+') ? Number(row) || 0 : 1), 0);

const camel = (column: string) => column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** A column as a word: what repeats its table's name is left out. */
function columnOf(table: string, column: string): string | null {
  const own = table.toLowerCase().split('_');
  const [first = '', ...rest] = column.split('_');
  if (column.endsWith('_id')) return null;
  return word(camel(rest.length > 0 && own.includes(first) ? rest.join('_') : column));
}

const [BROKE, REVIEWED] = ['broke the glass', 'reviewed an emergency look'];

/** What a change of the emergency looks means; null for all others. */
function glassChanged({ table, action, columns }: Change): string | null {
  if (table !== 'Break_Glass') return null;
  if (action === 'add') return BROKE;
  return action === 'change' && columns.every((column) => column.startsWith('review')) ? REVIEWED : null;
}

/** A change in words: `changed a medication: dosage, frequency`. */
export function changeOf(change: Change): string {
  const { table, action, rows, columns } = change;
  const [one, several] = TABLES[table] ?? [words(table), words(table)];
  const count = rowsIn(rows);
  const glass = glassChanged(change);
  if (glass) return glass;
  const what = columns.flatMap((column) => columnOf(table, column) ?? []);
  const listed = action === 'change' && what.length > 0 ? `: ${[...new Set(what)].join(', ')}` : '';
  return `${DID[action] ?? words(action)} ${count > 1 ? `${count.toLocaleString('en')} ${several}` : one}${listed}`;
}

/** A day and a time where the browser is. */
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full' });
const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });
const SECONDS = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

const formed = (form: Intl.DateTimeFormat) => (at: string | null) => (at === null || Number.isNaN(Date.parse(at)) ? null : form.format(new Date(at)));

export const dayOf = (at: string | null) => formed(DAY)(at) ?? 'On an unknown day';
export const dateOf = (at: string | null) => formed(DATE)(at) ?? 'no day';
export const clockOf = (at: string | null) => formed(CLOCK)(at) ?? 'no time';
export const secondsOf = (at: string | null) => formed(SECONDS)(at) ?? 'no time';

/** The time zone of all these times. */
export const ZONE = new Intl.DateTimeFormat().resolvedOptions().timeZone.replaceAll('_', ' ');

/** What one caller looked at in one go: a page that is opened is many requests. */
export type Look = { key: string; entries: [Entry, ...Entry[]] };
export type Day = { day: string; looks: Look[] };

/** Milliseconds without a request after which another look begins. */
const PAUSE = 10 * 60_000;

/** Entries, the latest first, as looks by day; who broke the glass stands first within the day. */
export function daysOf(entries: readonly Entry[]): Day[] {
  const days = new Map<string, Look[]>();
  const open = new Map<string, Look>();
  for (const one of entries) {
    const day = dayOf(one.at);
    const caller = JSON.stringify([day, one.kind, one.who, one.role, one.breakGlass, one.kind === 'REQUEST' || one.operation]);
    const look = open.get(caller);
    const last = look?.entries.at(-1);
    if (look && last && Date.parse(last.at ?? '') - Date.parse(one.at ?? '') < PAUSE) {
      look.entries.push(one);
      continue;
    }
    const next: Look = { key: one.number, entries: [one] };
    open.set(caller, next);
    days.set(day, [...(days.get(day) ?? []), next]);
  }
  const glass = ({ entries: [{ breakGlass }] }: Look) => Number(breakGlass);
  return [...days].map(([day, looks]) => ({ day, looks: looks.sort((one, other) => glass(other) - glass(one)) }));
}

/** Whether what an entry holds as its fields are fields of answers. */
const tells = ({ kind }: Entry) => kind === 'REQUEST';

export const seenIn = (entries: readonly Entry[]) => toldBy(new Set(entries.filter(tells).flatMap(({ fields }) => fields)));

/** What an entry did to emergency looks where no change says so: of one that was refused the answer told nothing. */
function glassIn(entry: Entry): string[] {
  const { fields, changes } = entry;
  const isDone = fields.some((field) => field.startsWith('BreakGlass.'));
  if (!tells(entry) || !isDone || changes.some(({ table }) => table === 'Break_Glass')) return [];
  return fields.includes('Mutation.breakGlass') ? [BROKE] : fields.includes('Mutation.reviewBreakGlass') ? [REVIEWED] : [];
}

/** What an entry tried in vain with emergency looks; null for all others. */
export function triedIn({ fields, changes }: Entry): string | null {
  if (changes.length > 0) return null;
  if (fields.includes('Mutation.breakGlass')) return 'an attempt to break the glass, which was refused';
  return fields.includes('Mutation.reviewBreakGlass') ? 'an attempt to review an emergency look, which was refused' : null;
}

/** The changes in the order in which they were made; what was done several times is told once. */
export function changedIn(entries: readonly Entry[]): string[] {
  const times = new Map<string, number>();
  for (const change of [...entries].reverse().flatMap((entry) => [...entry.changes.map(changeOf), ...glassIn(entry)])) times.set(change, (times.get(change) ?? 0) + 1);
  return [...times].map(([change, count]) => (count > 1 ? `${change} (${count} times)` : change));
}
