// What the schema does not say: which table a GraphQL type's rows come from, the columns whose names differ, and the
// lists that are more than "the rows that name this parent".

/**
 * `columns` holds only what is not the field's name in snake_case, so a new plain field needs no line here.
 * `search` lists the fields that the argument `search` looks through.
 */
export const entities = {
  Country: { table: 'Country', key: 'country_id', columns: { code: 'iso2', code3: 'iso3' } },
  Region: { table: 'Region', key: 'region_id' },
  Email: { table: 'Email', key: 'email_id', columns: { type: 'email_type' } },
  Phone: { table: 'Phone', key: 'phone_id', columns: { type: 'phone_type' } },
  Address: { table: 'Address', key: 'address_id', columns: { type: 'address_type' } },
  Specialty: { table: 'Specialty', key: 'specialty_id' },
  Institution: { table: 'Institution', key: 'institution_id', columns: { type: 'institution_type' }, search: ['name'] },
  Doctor: { table: 'Doctor', key: 'doctor_id', search: ['name'] },
  DoctorAssignment: {
    table: 'Doctor_Patient_Assignment',
    key: 'assignment_id',
    columns: { type: 'assignment_type' },
  },
  Patient: { table: 'Patient', key: 'patient_id', columns: { dateOfBirth: 'dob' }, search: ['name'] },
  HealthProfile: { table: 'Health_Profile', key: 'profile_id', columns: { bloodGroup: 'blood_type' } },
  MedicalHistory: {
    table: 'Medical_History',
    key: 'history_id',
    columns: { type: 'history_type', item: 'history_item', details: 'history_details', date: 'history_date' },
    search: ['item'],
  },
  Appointment: {
    table: 'Appointment',
    key: 'appointment_id',
    columns: { date: 'appointment_date', time: 'appointment_time', type: 'appointment_type' },
  },
  Symptom: {
    table: 'Appointment_Symptom',
    key: 'symptom_id',
    columns: { name: 'symptom_name', description: 'symptom_description', onset: 'onset_type' },
    search: ['name'],
  },
  Medication: { table: 'Medication', key: 'medication_id', columns: { name: 'medicine_name' }, search: ['name'] },
  MedicationPurpose: {
    table: 'Medication_Purpose',
    key: 'purpose_id',
    columns: { description: 'purpose_description' },
  },
  Consultation: {
    table: 'Consultation',
    key: 'consultation_id',
    columns: { type: 'consultation_type', date: 'consultation_date', time: 'consultation_time', feeMinorUnits: 'fee' },
  },
  Scan: { table: 'Scan', key: 'scan_id', columns: { date: 'scan_date' } },
  Prediction: {
    table: 'Prediction',
    key: 'prediction_id',
    columns: { medicalHistoryId: 'history_id', condition: 'condition_name' },
  },
  LabReport: {
    table: 'Lab_Report',
    key: 'lab_report_id',
    columns: { date: 'lab_date', type: 'lab_type', facility: 'lab_facility' },
  },
  LabFinding: {
    table: 'Lab_Finding',
    key: 'lab_finding_id',
    columns: { value: 'test_value', unit: 'test_unit', flag: 'abnormal_flag' },
  },
  Report: {
    table: 'Report',
    key: 'report_id',
    columns: { type: 'report_type', date: 'report_date', summary: 'report_summary', fullText: 'complete_report' },
  },
  ReportFinding: {
    table: 'Report_Finding',
    key: 'finding_id',
    columns: { key: 'finding_key', value: 'finding_value', unit: 'finding_unit', severity: 'abnormal_severity' },
  },
  ChatMessage: {
    table: 'Chat_History',
    key: 'chat_id',
    columns: { text: 'message_text', type: 'message_type', sentAt: 'timestamp' },
  },
  ChatSession: {
    table: 'Chat_Session',
    key: 'chat_session_id',
    columns: { uuid: 'session_uuid', name: 'session_name', severity: 'severity_level', language: 'session_language' },
  },
  Attachment: {
    table: 'Attachment',
    key: 'attachment_id',
    columns: { messageId: 'chat_id', fileName: 'original_filename' },
  },
  AiAnalysis: {
    table: 'AI_Analysis',
    key: 'analysis_id',
    columns: {
      messageId: 'chat_id',
      service: 'ai_service',
      input: 'input_data',
      output: 'output_data',
      processingMs: 'processing_time_ms',
      tokens: 'tokens_used',
    },
  },
  HealthRecord: {
    table: 'Health_Record',
    key: 'health_record_id',
    columns: { type: 'record_type', data: 'record_data' },
  },
  PrivacySettings: { table: 'Privacy_Settings', key: 'privacy_settings_id' },
};

/** What the graph answers, which is not in the dump; tests/graph/answers.rs compares its two stores. */
export const ofGraph = {
  Query: ['knowledge', 'graphStatus'],
  Patient: [
    'carePaths',
    'carePathCount',
    'unexplainedSymptoms',
    'unexplainedSymptomCount',
    'untreatedConditions',
    'untreatedConditionCount',
    'medicationsWithoutIndication',
    'medicationWithoutIndicationCount',
    'possibleSideEffects',
    'possibleSideEffectCount',
    'interactions',
    'interactionCount',
    'contraindications',
    'contraindicationCount',
    'differential',
    'similarPatients',
    'graph',
  ],
  PatientFilter: ['graph'],
  MedicalHistory: ['indicatedBy', 'indicatedByCount', 'treatedBy', 'treatedByCount'],
  Medication: ['treats', 'treatsCount'],
  Symptom: ['indicates', 'indicatesCount'],
};

/** What is made from rows or summed over them; tests/queries/vitals.rs and tests/writes/conversation.rs compare it with the rows. */
export const made = { ChatSession: ['cost'], Patient: ['vitals', 'privacySettings'] };

/** Fields that lead by a column of another name than the key that they lead to. */
export const by = { 'ChatMessage.parent': 'parent_message_id', 'ChatMessage.replies': 'parent_message_id' };

/** A flag that is NULL reads as its column's default. */
export const flagDefaults = {
  is_active: true,
  is_continued: true,
  is_abnormal: false,
  is_emergency: false,
  follow_up_required: false,
  is_sensitive: false,
  is_processed: false,
  success: true,
  is_verified: false,
  is_primary: false,
  allow_analytics: false,
  allow_research: false,
  anonymize_data: true,
};

/** How many digits stand after the point of an exact number. */
export const places = {
  'HealthProfile.heightCm': 1,
  'HealthProfile.weightKg': 2,
  'Address.latitude': 6,
  'Address.longitude': 6,
  'Prediction.probability': 4,
};

/** Spellings of older databases, and those that are no words, by enum and lower-case text. */
export const legacySpellings = {
  HistoryType: { chronic_condition: 'CONDITION' },
  BloodGroup: {
    'a+': 'A_POSITIVE',
    'a-': 'A_NEGATIVE',
    'b+': 'B_POSITIVE',
    'b-': 'B_NEGATIVE',
    'ab+': 'AB_POSITIVE',
    'ab-': 'AB_NEGATIVE',
    'o+': 'O_POSITIVE',
    'o-': 'O_NEGATIVE',
  },
  AppointmentType: { regular: 'ROUTINE_CHECKUP', surgery: 'CONSULTATION' },
};

/** Fields that no column holds. `known` is another field of the same row, null where it cannot be decoded. */
export const computed = {
  'Patient.age': (known, today) => yearsBetween(known('dateOfBirth'), today),
  'HealthProfile.bmi': (known) => {
    const [height, weight] = ['heightCm', 'weightKg'].map((field) => known(field));
    return height === null || weight === null ? null : Math.round((weight / (height / 100) ** 2) * 10) / 10;
  },
  'LabFinding.numericValue': (known) => plainNumber(known('value')),
};

/**
 * Lists that differ from "the children, by id". `order` is the default order; `where` keeps some of the children;
 * `through` names the type between, where no column of the children names the parent, and `throughOrder` the field of it
 * that orders the children; `between` names the type whose rows hold the keys of both; a field that is no list shows the first.
 */
export const lists = {
  'Country.regions': { order: ['NAME_ASC'] },
  'Patient.emails': { order: ['IS_PRIMARY_DESC'] },
  'Patient.phones': { order: ['IS_PRIMARY_DESC'] },
  'Patient.addresses': { order: ['IS_PRIMARY_DESC'] },
  'Doctor.emails': { order: ['IS_PRIMARY_DESC'] },
  'Doctor.phones': { order: ['IS_PRIMARY_DESC'] },
  'Doctor.addresses': { order: ['IS_PRIMARY_DESC'] },
  'Institution.emails': { order: ['IS_PRIMARY_DESC'] },
  'Institution.phones': { order: ['IS_PRIMARY_DESC'] },
  'Institution.addresses': { order: ['IS_PRIMARY_DESC'] },
  'Patient.doctorAssignments': { order: ['IS_ACTIVE_DESC', 'SINCE_DESC'] },
  'Patient.careTeam': { order: ['SINCE_DESC'], where: (known) => known('isActive') },
  // The doctor of the one assignment.
  'Patient.primaryDoctor': {
    beyond: 'DoctorAssignment',
    where: (known) => known('isActive') && known('type') === 'PRIMARY',
  },
  'Patient.profile': {},
  'Doctor.assignments': { order: ['SINCE_DESC'] },
  'Doctor.patients': { between: 'DoctorAssignment' },
  'Patient.medications': { order: ['PRESCRIBED_DATE_DESC'] },
  'Patient.activeMedications': { order: ['PRESCRIBED_DATE_DESC'], where: (known) => known('isContinued') },
  'Patient.appointments': { order: ['DATE_DESC'] },
  'Patient.upcomingAppointments': {
    order: ['DATE_ASC'],
    where: (known, today, raw) =>
      raw('date') >= today && ['SCHEDULED', 'CONFIRMED', 'PENDING'].includes(known('status')),
  },
  'Patient.consultations': { order: ['DATE_DESC'] },
  'Doctor.consultations': { order: ['DATE_DESC'] },
  'Appointment.consultation': { order: ['DATE_DESC'] },
  'Patient.scans': { order: ['DATE_DESC'] },
  'Doctor.scans': { order: ['DATE_DESC'] },
  'Patient.predictions': { order: ['PREDICTED_AT_DESC'] },
  'Patient.latestPrediction': { order: ['PREDICTED_AT_DESC'] },
  'Scan.predictions': { order: ['PREDICTED_AT_DESC'] },
  'Patient.labReports': { order: ['DATE_DESC'] },
  'Patient.reports': { order: ['DATE_DESC'] },
  'Patient.messages': { order: ['SENT_AT_ASC'] },
  'Patient.chatSessions': { order: ['CREATED_AT_DESC'] },
  'ChatSession.messages': { order: ['SENT_AT_ASC'] },
  'ChatSession.thread': { order: ['SENT_AT_ASC'], where: (known, today, raw) => raw('parentMessageId') === null },
  'ChatMessage.replies': { order: ['SENT_AT_ASC'] },
  'ChatMessage.analyses': { order: ['CREATED_AT_ASC'] },
  'ChatSession.analyses': { order: ['CREATED_AT_ASC'], through: 'ChatMessage' },
  'ChatSession.healthRecords': { order: ['RECORDED_AT_DESC'] },
  'Patient.healthRecords': { order: ['RECORDED_AT_DESC'] },
  'Patient.abnormalFindings': { through: 'LabReport', where: (known) => known('isAbnormal') },
  'Patient.labTrend': {
    through: 'LabReport',
    throughOrder: 'date',
    where: (known, today, raw, args) => known('testName').toLowerCase() === args.testName.toLowerCase(),
  },
};

/** The column that holds a field. */
export function columnOf(type, field) {
  const snakeCase = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return entities[type].columns?.[field] ?? snakeCase;
}

function yearsBetween(birth, today) {
  if (birth === null || birth > today) return null;
  const [from, to] = [birth, today].map((date) => date.split('-').map(Number));
  const hadBirthday = to[1] > from[1] || (to[1] === from[1] && to[2] >= from[2]);
  return to[0] - from[0] - (hadBirthday ? 0 : 1);
}

/** The rule of src/labs/reading.rs: nothing that could mean something else. */
function plainNumber(text) {
  const [, minus, whole, point, fraction = ''] = /^ *([-−]?)(\d+)(?:([.,])(\d+))? *$/.exec(text) ?? [];
  if (whole === undefined || whole.length + fraction.length > 15) return null;
  if (point === ',' && fraction.length === 3 && whole !== '0') return null;
  return (minus ? -1 : 1) * Number(`${whole}.${fraction}`);
}
