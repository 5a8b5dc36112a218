// The reference against answers worked out by hand, over a few rows that hold every trap.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { generate } from './generate.mjs';
import { Reference } from './resolvers.mjs';
import graphql from './graphql.mjs';

const schemaFile = process.env.MEDIMAX_TEST_SCHEMA ?? new URL('../../schema.graphql', import.meta.url);
const times = { created_at: '2024-05-01 10:00:00', updated_at: null };
const reference = new Reference(readFileSync(schemaFile, 'utf8'), {
  today: '2026-03-01',
  tables: {
    Patient: [
      { patient_id: 2, name: 'Bob Li', dob: '2000-03-02', sex: '', ...times },
      { patient_id: 1, name: 'Ann Ng', dob: '2000-03-01', sex: 'Female', ...times },
      { patient_id: 3, name: 'Cid Ng', dob: null, sex: null, ...times },
      { patient_id: 4, name: 'Dora Olsen', dob: '0000-00-00', sex: 'Male', ...times },
    ],
    Medical_History: [history(1, 'chronic_condition', 'Mild', null), history(2, 'allergy', null, 0)],
    Appointment: [
      visit(1, '2026-03-01', '09:30:00', 'Pending', 'Regular'),
      visit(2, '2026-04-01', '24:00:00', 'Scheduled', 'Surgery'),
      visit(3, '2026-04-01', null, 'Cancelled', null),
      visit(4, '2026-02-28', '-01:00:00', 'Confirmed', 'follow_up'),
    ],
    Appointment_Symptom: [],
    Medication: [
      medicine(1, 'Metformin', 1, '2024-01-01'),
      medicine(2, 'aspirin', 0, '2025-01-01'),
      medicine(3, 'Insulin', null, '2024-01-01'),
    ],
    Medication_Purpose: [],
    Lab_Report: [
      { lab_report_id: 1, patient_id: 1, lab_date: '2025-02-01', lab_type: 'Blood', ...times },
      { lab_report_id: 2, patient_id: 1, lab_date: '2024-02-01', lab_type: null, ...times },
    ],
    Lab_Finding: [
      finding(1, 1, 'Glucose', '126', 1),
      finding(2, 2, 'glucose', '7.0', null),
      finding(3, 2, 'HbA1c', '<5', 1),
    ],
    Report: [],
    Report_Finding: [],
    Chat_History: [],
  },
});

function history(history_id, history_type, severity, is_active) {
  return { history_id, patient_id: 1, history_type, history_item: 'Item', history_date: null, severity, is_active };
}

function visit(appointment_id, appointment_date, appointment_time, status, appointment_type) {
  return { appointment_id, patient_id: 1, appointment_date, appointment_time, status, appointment_type, ...times };
}

function medicine(medication_id, medicine_name, is_continued, prescribed_date) {
  return { medication_id, patient_id: 1, medicine_name, is_continued, prescribed_date, ...times };
}

function finding(lab_finding_id, lab_report_id, test_name, test_value, is_abnormal) {
  return { lab_finding_id, lab_report_id, test_name, test_value, is_abnormal, abnormal_flag: null };
}

function answers(query, expected, variables = {}) {
  assert.deepEqual(JSON.parse(reference.answer({ name: 'test', query, variables })), expected);
}

test('a page says what lies beyond the end it is paged towards', () => {
  answers('{ patients(first: 3) { nodes { id } totalCount pageInfo { hasNextPage hasPreviousPage } } }', {
    data: {
      patients: {
        nodes: [{ id: 'Patient:1' }, { id: 'Patient:2' }, { id: 'Patient:3' }],
        totalCount: 4,
        pageInfo: { hasNextPage: true, hasPreviousPage: false },
      },
    },
  });
  answers('{ patients(last: 3) { edges { node { patientId } } pageInfo { hasNextPage hasPreviousPage } } }', {
    data: {
      patients: {
        edges: [2, 3, 4].map((patientId) => ({ node: { patientId } })),
        pageInfo: { hasNextPage: false, hasPreviousPage: true },
      },
    },
  });
});

test('NULL comes first, and ties follow the direction of the last key', () => {
  const medications = (order) => `{ patient(id: 1) { medications(orderBy: ${order}) { medicationId } } }`;
  const ids = (...all) => ({ data: { patient: { medications: all.map((medicationId) => ({ medicationId })) } } });
  answers(medications('PRESCRIBED_DATE_ASC'), ids(1, 3, 2));
  answers(medications('[PRESCRIBED_DATE_DESC]'), ids(2, 3, 1));
  answers(medications('[]'), ids(2, 3, 1));
  answers('{ patients(orderBy: DATE_OF_BIRTH_ASC) { nodes { patientId } } }', {
    data: { patients: { nodes: [3, 4, 1, 2].map((patientId) => ({ patientId })) } },
  });
});

test('what cannot be decoded is null with one error at its place', () => {
  answers('{ patients { nodes { s: sex born: dateOfBirth } } }', {
    data: {
      patients: {
        nodes: [
          { s: 'FEMALE', born: '2000-03-01' },
          { s: null, born: '2000-03-02' },
          { s: null, born: null },
          { s: 'MALE', born: null },
        ],
      },
    },
    errors: [{ path: ['patients', 'nodes', 1, 's'] }, { path: ['patients', 'nodes', 3, 'born'] }],
  });
  answers('{ appointment(id: "2") { time date createdAt } }', {
    data: { appointment: { time: null, date: '2026-04-01', createdAt: '2024-05-01T10:00:00Z' } },
    errors: [{ path: ['appointment', 'time'] }],
  });
});

test('older spellings and NULL flags read as what they mean', () => {
  answers('{ patient(id: "Patient:1") { medicalHistory { type severity isActive } } }', {
    data: {
      patient: {
        medicalHistory: [
          { type: 'CONDITION', severity: 'MILD', isActive: true },
          { type: 'ALLERGY', severity: null, isActive: false },
        ],
      },
    },
  });
  answers('{ patient(id: 1) { appointments { nodes { type } } } }', {
    data: {
      patient: {
        appointments: {
          nodes: [{ type: null }, { type: 'CONSULTATION' }, { type: 'ROUTINE_CHECKUP' }, { type: 'FOLLOW_UP' }],
        },
      },
    },
  });
});

test('the lists of a patient', () => {
  answers('{ patient(id: 1) { activeMedications { name } abnormalFindings { testName } } }', {
    data: {
      patient: {
        activeMedications: [{ name: 'Insulin' }, { name: 'Metformin' }],
        abnormalFindings: [{ testName: 'Glucose' }, { testName: 'HbA1c' }],
      },
    },
  });
  answers('{ patient(id: 1) { upcomingAppointments { date status } } }', {
    data: {
      patient: {
        upcomingAppointments: [
          { date: '2026-03-01', status: 'PENDING' },
          { date: '2026-04-01', status: 'SCHEDULED' },
        ],
      },
    },
  });
  answers('{ patient(id: 1) { labTrend(testName: "GLUCOSE") { numericValue labReport { date } } } }', {
    data: {
      patient: {
        labTrend: [
          { numericValue: 7, labReport: { date: '2024-02-01' } },
          { numericValue: 126, labReport: { date: '2025-02-01' } },
        ],
      },
    },
  });
});

test('filters: NULL matches no comparison, `not` is what remains', () => {
  const patients = (filter) => `{ patients(filter: ${filter}) { nodes { patientId } } }`;
  const ids = (...all) => ({ data: { patients: { nodes: all.map((patientId) => ({ patientId })) } } });
  answers(patients('{ sex: { ne: FEMALE } }'), ids(2, 4));
  answers(patients('{ not: { sex: { eq: FEMALE } } }'), ids(2, 3, 4));
  answers(patients('{ name: { startsWith: "bob" } }'), ids(2));
  answers(patients('{ id: { in: ["Patient:3", 1, 99] } }'), ids(1, 3));
  answers(patients('{ medications: { some: { isContinued: { eq: true } } } }'), ids(1));
  answers(patients('{ medications: { every: { isContinued: { eq: true } } } }'), ids(2, 3, 4));
  answers(patients('{ medications: { none: {} }, or: [{ dateOfBirth: { isNull: true } }] }'), ids(3));
  answers('{ patients(search: "n") { totalCount } }', { data: { patients: { totalCount: 2 } } });
  answers('{ patients { a: totalCountAtMost(limit: 3) { count isExact } b: totalCountAtMost { count isExact } } }', {
    data: { patients: { a: { count: 3, isExact: false }, b: { count: 4, isExact: true } } },
  });
});

test('numbers are compared and ordered as numbers, and what is none comes first', () => {
  const findings = (args) => `{ labFindings(${args}) { nodes { labFindingId } } }`;
  const ids = (...all) => ({ data: { labFindings: { nodes: all.map((labFindingId) => ({ labFindingId })) } } });
  answers(findings('orderBy: NUMERIC_VALUE_ASC'), ids(3, 2, 1));
  answers(findings('filter: { numericValue: { gt: 7 } }'), ids(1));
  answers(findings('filter: { numericValue: { in: [7, 8] } }'), ids(2));
  answers(findings('filter: { numericValue: { isNull: true } }'), ids(3));
});

test('ids are read in each form, and of nobody they are null', () => {
  const query = `query ($ids: [ID!]!) {
    node(id: "Patient:9") { id }
    nodes(ids: $ids) { __typename ... on Medication { name } }
  }`;
  const nodes = [{ __typename: 'Medication', name: 'Metformin' }, null, { __typename: 'Patient' }];
  answers(query, { data: { node: null, nodes } }, { ids: ['Medication:1', 'Medication:9', 'Patient:1'] });
});

test('age is counted in whole years', () => {
  answers('{ patients(last: 4, filter: { id: { in: [1, 2, 3] } }) { nodes { age } } }', {
    data: { patients: { nodes: [{ age: 26 }, { age: 25 }, { age: null }] } },
  });
});

test('the same seed gives the same cases, and they select every field', () => {
  const cases = Array.from({ length: 600 }, (_, number) => generate(reference, 7, number));
  assert.deepEqual(generate(reference, 7, 41), cases[41]);
  const selected = new Set();
  for (const { query } of cases) {
    const types = new graphql.TypeInfo(reference.schema);
    const note = { Field: ({ name }) => void selected.add(`${types.getParentType()?.name}.${name.value}`) };
    graphql.visit(graphql.parse(query), graphql.visitWithTypeInfo(types, note));
  }
  const reachable = [...selected].map((field) => reference.schema.getType(field.split('.')[0]));
  const missed = [...new Set(reachable)].flatMap((type) =>
    Object.keys(type.getFields())
      .map((field) => `${type.name}.${field}`)
      .filter((field) => !selected.has(field) && !reference.unanswered.has(field) && !/cursor$/i.test(field)),
  );
  assert.deepEqual(missed, []);
});
