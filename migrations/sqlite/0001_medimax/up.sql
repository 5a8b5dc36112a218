-- create table Patient
CREATE TABLE IF NOT EXISTS Patient (
    patient_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT COLLATE NOCASE NOT NULL CHECK (length(name) <= 255),
    dob        TEXT CHECK (dob IS date(dob, '+0 days')),
    sex        TEXT COLLATE NOCASE NOT NULL CHECK (sex COLLATE BINARY IN ('Male', 'Female', 'Other')),
    created_at TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    updated_at TEXT DEFAULT CURRENT_TIMESTAMP CHECK (updated_at IS datetime(updated_at, '+0 days')),
    CONSTRAINT chk_patient_name_length CHECK (length(trim(name)) > 0),
    CONSTRAINT chk_patient_dob CHECK (dob >= '1900-01-01')
) STRICT;

-- create table Medical_History
CREATE TABLE IF NOT EXISTS Medical_History (
    history_id      INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id      INTEGER NOT NULL CONSTRAINT fk_history_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    history_type    TEXT COLLATE NOCASE NOT NULL CHECK (history_type COLLATE BINARY IN ('allergy', 'surgery', 'family_history', 'condition', 'lifestyle', 'other')),
    history_item    TEXT COLLATE NOCASE NOT NULL CHECK (length(history_item) <= 255),
    history_details TEXT COLLATE NOCASE,
    history_date    TEXT CHECK (history_date IS date(history_date, '+0 days')),
    severity        TEXT COLLATE NOCASE DEFAULT 'mild' CHECK (severity COLLATE BINARY IN ('mild', 'moderate', 'severe', 'critical')),
    is_active       INTEGER DEFAULT 1 CHECK (is_active IN (0, 1)),
    updated_at      TEXT DEFAULT CURRENT_TIMESTAMP CHECK (updated_at IS datetime(updated_at, '+0 days')),
    CONSTRAINT chk_history_item_not_empty CHECK (length(trim(history_item)) > 0)
) STRICT;

-- create table Appointment
CREATE TABLE IF NOT EXISTS Appointment (
    appointment_id   INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id       INTEGER NOT NULL CONSTRAINT fk_appointment_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    appointment_date TEXT NOT NULL CHECK (appointment_date IS date(appointment_date, '+0 days')),
    appointment_time TEXT CHECK (appointment_time IS time(appointment_time, '+0 days')),
    status           TEXT COLLATE NOCASE DEFAULT 'Scheduled' CHECK (status COLLATE BINARY IN ('Scheduled', 'Confirmed', 'Pending', 'Completed', 'Cancelled', 'No_Show')),
    appointment_type TEXT COLLATE NOCASE DEFAULT 'routine_checkup' CHECK (appointment_type COLLATE BINARY IN ('consultation', 'follow_up', 'emergency', 'routine_checkup')),
    doctor_name      TEXT COLLATE NOCASE CHECK (length(doctor_name) <= 255),
    notes            TEXT COLLATE NOCASE,
    created_at       TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    updated_at       TEXT DEFAULT CURRENT_TIMESTAMP CHECK (updated_at IS datetime(updated_at, '+0 days'))
) STRICT;

-- create table Appointment_Symptom
CREATE TABLE IF NOT EXISTS Appointment_Symptom (
    symptom_id          INTEGER PRIMARY KEY AUTOINCREMENT,
    appointment_id      INTEGER NOT NULL CONSTRAINT fk_symptom_appointment REFERENCES Appointment (appointment_id) ON DELETE CASCADE,
    symptom_name        TEXT COLLATE NOCASE NOT NULL CHECK (length(symptom_name) <= 255),
    symptom_description TEXT COLLATE NOCASE,
    severity            TEXT COLLATE NOCASE DEFAULT 'mild' CHECK (severity COLLATE BINARY IN ('mild', 'moderate', 'severe', 'critical')),
    duration            TEXT COLLATE NOCASE CHECK (length(duration) <= 100),
    onset_type          TEXT COLLATE NOCASE DEFAULT 'gradual' CHECK (onset_type COLLATE BINARY IN ('sudden', 'gradual', 'chronic', 'intermittent'))
) STRICT;

-- create table Medication
CREATE TABLE IF NOT EXISTS Medication (
    medication_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id        INTEGER NOT NULL CONSTRAINT fk_medication_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    medicine_name     TEXT COLLATE NOCASE NOT NULL CHECK (length(medicine_name) <= 255),
    is_continued      INTEGER DEFAULT 1 CHECK (is_continued IN (0, 1)),
    prescribed_date   TEXT NOT NULL CHECK (prescribed_date IS date(prescribed_date, '+0 days')),
    discontinued_date TEXT CHECK (discontinued_date IS date(discontinued_date, '+0 days')),
    dosage            TEXT COLLATE NOCASE CHECK (length(dosage) <= 100),
    frequency         TEXT COLLATE NOCASE CHECK (length(frequency) <= 100),
    prescribed_by     TEXT COLLATE NOCASE CHECK (length(prescribed_by) <= 255),
    created_at        TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    updated_at        TEXT DEFAULT CURRENT_TIMESTAMP CHECK (updated_at IS datetime(updated_at, '+0 days')),
    CONSTRAINT chk_medication_name_not_empty CHECK (length(trim(medicine_name)) > 0),
    CONSTRAINT chk_discontinued_date CHECK (is_continued <> 0 OR discontinued_date IS NOT NULL),
    CONSTRAINT chk_discontinued_order CHECK (discontinued_date >= prescribed_date)
) STRICT;

-- create table Medication_Purpose
CREATE TABLE IF NOT EXISTS Medication_Purpose (
    purpose_id          INTEGER PRIMARY KEY AUTOINCREMENT,
    medication_id       INTEGER NOT NULL CONSTRAINT fk_purpose_medication REFERENCES Medication (medication_id) ON DELETE CASCADE,
    condition_name      TEXT COLLATE NOCASE CHECK (length(condition_name) <= 255),
    purpose_description TEXT COLLATE NOCASE
) STRICT;

-- create table Lab_Report
CREATE TABLE IF NOT EXISTS Lab_Report (
    lab_report_id   INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id      INTEGER NOT NULL CONSTRAINT fk_lab_report_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    lab_date        TEXT NOT NULL CHECK (lab_date IS date(lab_date, '+0 days')),
    lab_type        TEXT COLLATE NOCASE NOT NULL CHECK (length(lab_type) <= 255),
    ordering_doctor TEXT COLLATE NOCASE CHECK (length(ordering_doctor) <= 255),
    lab_facility    TEXT COLLATE NOCASE CHECK (length(lab_facility) <= 255),
    created_at      TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    updated_at      TEXT DEFAULT CURRENT_TIMESTAMP CHECK (updated_at IS datetime(updated_at, '+0 days'))
) STRICT;

-- create table Lab_Finding
CREATE TABLE IF NOT EXISTS Lab_Finding (
    lab_finding_id  INTEGER PRIMARY KEY AUTOINCREMENT,
    lab_report_id   INTEGER NOT NULL CONSTRAINT fk_lab_finding_report REFERENCES Lab_Report (lab_report_id) ON DELETE CASCADE,
    test_name       TEXT COLLATE NOCASE NOT NULL CHECK (length(test_name) <= 255),
    test_value      TEXT COLLATE NOCASE NOT NULL CHECK (length(test_value) <= 255),
    test_unit       TEXT COLLATE NOCASE CHECK (length(test_unit) <= 50),
    reference_range TEXT COLLATE NOCASE CHECK (length(reference_range) <= 100),
    is_abnormal     INTEGER DEFAULT 0 CHECK (is_abnormal IN (0, 1)),
    abnormal_flag   TEXT COLLATE NOCASE CHECK (abnormal_flag COLLATE BINARY IN ('high', 'low', 'critical_high', 'critical_low')),
    CONSTRAINT chk_test_value_not_empty CHECK (length(trim(test_value)) > 0),
    CONSTRAINT chk_abnormal_flag CHECK (is_abnormal = 0 OR abnormal_flag IS NOT NULL)
) STRICT;

-- create table Report
CREATE TABLE IF NOT EXISTS Report (
    report_id       INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id      INTEGER NOT NULL CONSTRAINT fk_report_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    report_type     TEXT COLLATE NOCASE NOT NULL CHECK (length(report_type) <= 100),
    report_date     TEXT NOT NULL CHECK (report_date IS date(report_date, '+0 days')),
    complete_report TEXT,
    report_summary  TEXT COLLATE NOCASE,
    doctor_name     TEXT COLLATE NOCASE CHECK (length(doctor_name) <= 255),
    created_at      TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    updated_at      TEXT DEFAULT CURRENT_TIMESTAMP CHECK (updated_at IS datetime(updated_at, '+0 days'))
) STRICT;

-- create table Report_Finding
CREATE TABLE IF NOT EXISTS Report_Finding (
    finding_id        INTEGER PRIMARY KEY AUTOINCREMENT,
    report_id         INTEGER NOT NULL CONSTRAINT fk_report_finding_report REFERENCES Report (report_id) ON DELETE CASCADE,
    finding_key       TEXT COLLATE NOCASE NOT NULL CHECK (length(finding_key) <= 255),
    finding_value     TEXT COLLATE NOCASE NOT NULL CHECK (length(finding_value) <= 255),
    finding_unit      TEXT COLLATE NOCASE CHECK (length(finding_unit) <= 50),
    normal_range      TEXT COLLATE NOCASE CHECK (length(normal_range) <= 100),
    is_abnormal       INTEGER DEFAULT 0 CHECK (is_abnormal IN (0, 1)),
    abnormal_severity TEXT COLLATE NOCASE CHECK (abnormal_severity COLLATE BINARY IN ('mild', 'moderate', 'severe', 'critical')),
    CONSTRAINT chk_abnormal_severity CHECK (is_abnormal = 0 OR abnormal_severity IS NOT NULL)
) STRICT;

-- create table Chat_History
CREATE TABLE IF NOT EXISTS Chat_History (
    chat_id      INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id   INTEGER NOT NULL CONSTRAINT fk_chat_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    message_text TEXT COLLATE NOCASE NOT NULL,
    message_type TEXT COLLATE NOCASE CHECK (message_type COLLATE BINARY IN ('Patient', 'Provider', 'System', 'Bot')),
    timestamp    TEXT DEFAULT CURRENT_TIMESTAMP CHECK (timestamp IS datetime(timestamp, '+0 days')),
    session_id   TEXT COLLATE NOCASE CHECK (length(session_id) <= 100)
) STRICT;

-- index Patient by name
CREATE INDEX IF NOT EXISTS idx_patient_name ON Patient (name);

-- index Patient by dob
CREATE INDEX IF NOT EXISTS idx_patient_dob ON Patient (dob);

-- index Patient by sex
CREATE INDEX IF NOT EXISTS idx_patient_sex ON Patient (sex);

-- index Patient by created_at
CREATE INDEX IF NOT EXISTS idx_patient_created ON Patient (created_at);

-- index Medical_History by patient_id, history_type
CREATE INDEX IF NOT EXISTS idx_history_patient_type ON Medical_History (patient_id, history_type);

-- index Medical_History by history_type
CREATE INDEX IF NOT EXISTS idx_history_type ON Medical_History (history_type);

-- index Medical_History by history_item
CREATE INDEX IF NOT EXISTS idx_history_item ON Medical_History (history_item);

-- index Medical_History by history_date
CREATE INDEX IF NOT EXISTS idx_history_date ON Medical_History (history_date);

-- index Medical_History by is_active, history_date
CREATE INDEX IF NOT EXISTS idx_history_active_date ON Medical_History (is_active, history_date);

-- index Appointment by patient_id, appointment_date
CREATE INDEX IF NOT EXISTS idx_appointment_patient_date ON Appointment (patient_id, appointment_date);

-- index Appointment by appointment_date
CREATE INDEX IF NOT EXISTS idx_appointment_date ON Appointment (appointment_date);

-- index Appointment by status
CREATE INDEX IF NOT EXISTS idx_appointment_status ON Appointment (status);

-- index Appointment by appointment_type
CREATE INDEX IF NOT EXISTS idx_appointment_type ON Appointment (appointment_type);

-- index Appointment by doctor_name, appointment_date
CREATE INDEX IF NOT EXISTS idx_appointment_doctor_date ON Appointment (doctor_name, appointment_date);

-- index Appointment_Symptom by appointment_id
CREATE INDEX IF NOT EXISTS idx_symptom_appointment ON Appointment_Symptom (appointment_id);

-- index Appointment_Symptom by symptom_name
CREATE INDEX IF NOT EXISTS idx_symptom_name ON Appointment_Symptom (symptom_name);

-- index Appointment_Symptom by severity
CREATE INDEX IF NOT EXISTS idx_symptom_severity ON Appointment_Symptom (severity);

-- index Medication by patient_id, is_continued, prescribed_date
CREATE INDEX IF NOT EXISTS idx_medication_active ON Medication (patient_id, is_continued, prescribed_date);

-- index Medication by medicine_name
CREATE INDEX IF NOT EXISTS idx_medication_name ON Medication (medicine_name);

-- index Medication by is_continued
CREATE INDEX IF NOT EXISTS idx_medication_continued ON Medication (is_continued);

-- index Medication by prescribed_date
CREATE INDEX IF NOT EXISTS idx_medication_prescribed_date ON Medication (prescribed_date);

-- index Medication_Purpose by medication_id
CREATE INDEX IF NOT EXISTS idx_purpose_medication ON Medication_Purpose (medication_id);

-- index Medication_Purpose by condition_name
CREATE INDEX IF NOT EXISTS idx_purpose_condition ON Medication_Purpose (condition_name);

-- index Lab_Report by patient_id, lab_date
CREATE INDEX IF NOT EXISTS idx_lab_patient_date ON Lab_Report (patient_id, lab_date);

-- index Lab_Report by lab_date
CREATE INDEX IF NOT EXISTS idx_lab_date ON Lab_Report (lab_date);

-- index Lab_Report by lab_type
CREATE INDEX IF NOT EXISTS idx_lab_type ON Lab_Report (lab_type);

-- index Lab_Report by ordering_doctor
CREATE INDEX IF NOT EXISTS idx_lab_doctor ON Lab_Report (ordering_doctor);

-- index Lab_Finding by lab_report_id
CREATE INDEX IF NOT EXISTS idx_lab_finding_report ON Lab_Finding (lab_report_id);

-- index Lab_Finding by test_name
CREATE INDEX IF NOT EXISTS idx_lab_finding_test ON Lab_Finding (test_name);

-- index Lab_Finding by is_abnormal
CREATE INDEX IF NOT EXISTS idx_lab_finding_abnormal ON Lab_Finding (is_abnormal);

-- index Report by patient_id, report_date
CREATE INDEX IF NOT EXISTS idx_report_patient_date ON Report (patient_id, report_date);

-- index Report by report_type
CREATE INDEX IF NOT EXISTS idx_report_type ON Report (report_type);

-- index Report by report_date
CREATE INDEX IF NOT EXISTS idx_report_date ON Report (report_date);

-- index Report_Finding by report_id
CREATE INDEX IF NOT EXISTS idx_report_finding_report ON Report_Finding (report_id);

-- index Report_Finding by finding_key
CREATE INDEX IF NOT EXISTS idx_report_finding_key ON Report_Finding (finding_key);

-- index Report_Finding by is_abnormal
CREATE INDEX IF NOT EXISTS idx_report_finding_abnormal ON Report_Finding (is_abnormal);

-- index Chat_History by patient_id, timestamp
CREATE INDEX IF NOT EXISTS idx_chat_patient_timestamp ON Chat_History (patient_id, timestamp);

-- index Chat_History by session_id
CREATE INDEX IF NOT EXISTS idx_chat_session ON Chat_History (session_id);

-- index Chat_History by timestamp
CREATE INDEX IF NOT EXISTS idx_chat_timestamp ON Chat_History (timestamp);

-- keep updated_at of Patient
CREATE TRIGGER IF NOT EXISTS medimax_patient_updated_at AFTER UPDATE ON Patient FOR EACH ROW
WHEN NEW.updated_at IS OLD.updated_at AND OLD.updated_at IS NOT CURRENT_TIMESTAMP
BEGIN
    UPDATE Patient SET updated_at = CURRENT_TIMESTAMP WHERE patient_id = NEW.patient_id;
END;

-- keep updated_at of Medical_History
CREATE TRIGGER IF NOT EXISTS medimax_medical_history_updated_at AFTER UPDATE ON Medical_History FOR EACH ROW
WHEN NEW.updated_at IS OLD.updated_at AND OLD.updated_at IS NOT CURRENT_TIMESTAMP
BEGIN
    UPDATE Medical_History SET updated_at = CURRENT_TIMESTAMP WHERE history_id = NEW.history_id;
END;

-- keep updated_at of Appointment
CREATE TRIGGER IF NOT EXISTS medimax_appointment_updated_at AFTER UPDATE ON Appointment FOR EACH ROW
WHEN NEW.updated_at IS OLD.updated_at AND OLD.updated_at IS NOT CURRENT_TIMESTAMP
BEGIN
    UPDATE Appointment SET updated_at = CURRENT_TIMESTAMP WHERE appointment_id = NEW.appointment_id;
END;

-- keep updated_at of Medication
CREATE TRIGGER IF NOT EXISTS medimax_medication_updated_at AFTER UPDATE ON Medication FOR EACH ROW
WHEN NEW.updated_at IS OLD.updated_at AND OLD.updated_at IS NOT CURRENT_TIMESTAMP
BEGIN
    UPDATE Medication SET updated_at = CURRENT_TIMESTAMP WHERE medication_id = NEW.medication_id;
END;

-- keep updated_at of Lab_Report
CREATE TRIGGER IF NOT EXISTS medimax_lab_report_updated_at AFTER UPDATE ON Lab_Report FOR EACH ROW
WHEN NEW.updated_at IS OLD.updated_at AND OLD.updated_at IS NOT CURRENT_TIMESTAMP
BEGIN
    UPDATE Lab_Report SET updated_at = CURRENT_TIMESTAMP WHERE lab_report_id = NEW.lab_report_id;
END;

-- keep updated_at of Report
CREATE TRIGGER IF NOT EXISTS medimax_report_updated_at AFTER UPDATE ON Report FOR EACH ROW
WHEN NEW.updated_at IS OLD.updated_at AND OLD.updated_at IS NOT CURRENT_TIMESTAMP
BEGIN
    UPDATE Report SET updated_at = CURRENT_TIMESTAMP WHERE report_id = NEW.report_id;
END;
