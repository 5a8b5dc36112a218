// Records made for tests, written by the gateway's mutations. By itself it makes a large one, and says its address:
// MEDIMAX_TEST_ADDRESS=http://127.0.0.1:8080 node web/tests/records.mjs 3000
import { pathToFileURL } from 'node:url';
import { address } from './browser.mjs';

/** Asks the gateway, and fails with what it says is wrong. */
export async function asked(query, variables = {}) {
  const response = await fetch(`${address}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors).slice(0, 2_000));
  return data;
}

/** Writes a patient with all that belongs to them, and waits until the graph holds them. */
export async function imported(input) {
  const { importPatients } = await asked(
    'mutation Import($input: [ImportPatientInput!]!) { importPatients(input: $input, waitForGraph: true) { patients { id } refused { violations { path message } } } }',
    { input: [input] },
  );
  if (!importPatients.patients.length) throw new Error(JSON.stringify(importPatients).slice(0, 2_000));
  for (let tries = 0; (await asked('{ graphStatus { backlog } }')).graphStatus.backlog > 0; tries++) {
    if (tries > 200) throw new Error('the graph does not come to hold what was imported');
    await new Promise((done) => setTimeout(done, 100));
  }
  return importPatients.patients[0].id;
}

const SYMPTOMS = ['Fatigue', 'Headache', 'Dizziness', 'Chest pain', 'Shortness of breath', 'Increased thirst', 'Blurred vision', 'Constipation', 'Nosebleed', 'Cold intolerance'];
const CONDITIONS = ['Hypothyroidism', 'Essential hypertension', 'Type 2 diabetes mellitus', 'Coronary heart disease', 'Fatty liver disease', 'Migraine', 'Asthma', 'Gout'];
const MEDICATIONS = ['Levothyroxine', 'Lisinopril', 'Metformin', 'Aspirin', 'Atorvastatin', 'Salbutamol', 'Allopurinol', 'Dapagliflozin'];
const TESTS = ['HbA1c', 'Fasting glucose', 'Creatinine', 'ALT', 'TSH', 'Haemoglobin'];
const TYPES = ['CONDITION', 'CONDITION', 'CONDITION', 'CONDITION', 'CONDITION', 'CONDITION', 'SURGERY', 'FAMILY_HISTORY', 'LIFESTYLE', 'ALLERGY'];

const of = (list, at) => list[at % list.length];
const day = (at) => new Date(Date.UTC(2026, 9, 1) - at * 86_400_000 * 2).toISOString().slice(0, 10);

/** One entry of each kind; what is named comes from few names, as in a long illness. */
const entry = {
  medicalHistory: (at) => ({ type: of(TYPES, at), item: of(TYPES, at) === 'CONDITION' ? of(CONDITIONS, Math.floor(at / 2)) : `${of(TYPES, at).toLowerCase()} ${at % 7}`, date: day(at), severity: 'MODERATE', details: `Entry ${at}` }),
  medications: (at) => ({ name: of(MEDICATIONS, at), prescribedDate: day(at), isContinued: at % 4 === 0, discontinuedDate: at % 4 ? day(Math.max(0, at - 20)) : null, dosage: '10 mg', frequency: 'Once daily', purposes: [{ conditionName: of(CONDITIONS, at) }] }),
  appointments: (at) => ({ date: day(at), type: 'CONSULTATION', status: 'COMPLETED', doctorName: 'Dr. Made Up', symptoms: [{ name: of(SYMPTOMS, at), severity: 'MILD' }] }),
  labReports: (at) => ({ date: day(at), type: 'Chemistry', facility: 'Central laboratory', findings: [{ testName: of(TESTS, at), value: String(4 + (at % 50) / 10), unit: 'mmol/L', referenceRange: '4.0-8.0' }] }),
  reports: (at) => ({ date: day(at), type: 'Radiology', summary: `Nothing new was found, ${at}.`, doctorName: 'Dr. Made Up' }),
  messages: (at) => ({ text: `Message ${at}`, type: at % 2 ? 'PATIENT' : 'PROVIDER', sentAt: `${day(at)}T10:00:00Z`, sessionId: 'made' }),
};

/** A patient with `count` entries of each kind, from `from` on. */
export const record = (name, count) => ({
  name, dateOfBirth: '1950-05-05', sex: 'FEMALE',
  ...Object.fromEntries(Object.entries(entry).map(([kind, one]) => [kind, Array.from({ length: count }, (_, at) => one(at))])),
});

const MUTATIONS = {
  medicalHistory: 'recordMedicalHistory(input: $I) { __typename }',
  medications: 'prescribeMedication(input: $I) { __typename }',
  appointments: 'scheduleAppointment(input: $I) { __typename }',
  labReports: 'recordLabReport(input: $I) { __typename }',
  reports: 'addReport(input: $I) { __typename }',
  messages: 'sendChatMessage(input: $I) { __typename }',
};
const INPUTS = { medicalHistory: 'RecordMedicalHistoryInput', medications: 'PrescribeMedicationInput', appointments: 'ScheduleAppointmentInput', labReports: 'RecordLabReportInput', reports: 'AddReportInput', messages: 'SendChatMessageInput' };

/** As many as fit into one import. */
const AT_ONCE = 200;

/** Writes a patient of any size; what does not fit into one import follows entry by entry. */
export async function large(count) {
  const patientId = await imported(record(`Made With ${count}`, Math.min(count, AT_ONCE)));
  for (const [kind, field] of Object.entries(MUTATIONS)) {
    for (let at = AT_ONCE; at < count; at += 20) {
      const some = Array.from({ length: Math.min(20, count - at) }, (_, more) => at + more);
      const declared = some.map((one) => `$v${one}: ${INPUTS[kind]}!`).join(', ');
      const fields = some.map((one) => `m${one}: ${field.replace('$I', `$v${one}`)}`).join('\n');
      await asked(`mutation Large(${declared}) { ${fields} }`, Object.fromEntries(some.map((one) => [`v${one}`, { patientId, ...entry[kind](one) }])));
    }
  }
  return patientId;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(`${address}/patients/${await large(Number(process.argv[2] ?? 3_000))}`);
