-- create table Patient
CREATE TABLE IF NOT EXISTS Patient (
    patient_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name       VARCHAR(255) NOT NULL,
    dob        DATE NULL,
    sex        ENUM('Male', 'Female', 'Other') NOT NULL,
    created_at TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    CONSTRAINT chk_patient_name_length CHECK (CHAR_LENGTH(TRIM(name)) > 0),
    CONSTRAINT chk_patient_dob CHECK (dob >= '1900-01-01')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Medical_History
CREATE TABLE IF NOT EXISTS Medical_History (
    history_id      INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id      INT NOT NULL,
    history_type    ENUM('allergy', 'surgery', 'family_history', 'condition', 'lifestyle', 'other') NOT NULL,
    history_item    VARCHAR(255) NOT NULL,
    history_details TEXT NULL,
    history_date    DATE NULL,
    severity        ENUM('mild', 'moderate', 'severe', 'critical') NULL DEFAULT 'mild',
    is_active       TINYINT(1) NULL DEFAULT 1,
    updated_at      TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    CONSTRAINT chk_history_item_not_empty CHECK (CHAR_LENGTH(TRIM(history_item)) > 0),
    CONSTRAINT fk_history_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Appointment
CREATE TABLE IF NOT EXISTS Appointment (
    appointment_id   INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id       INT NOT NULL,
    appointment_date DATE NOT NULL,
    appointment_time TIME NULL,
    status           ENUM('Scheduled', 'Confirmed', 'Pending', 'Completed', 'Cancelled', 'No_Show') NULL DEFAULT 'Scheduled',
    appointment_type ENUM('consultation', 'follow_up', 'emergency', 'routine_checkup') NULL DEFAULT 'routine_checkup',
    doctor_name      VARCHAR(255) NULL,
    notes            TEXT NULL,
    created_at       TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at       TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    CONSTRAINT fk_appointment_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Appointment_Symptom
CREATE TABLE IF NOT EXISTS Appointment_Symptom (
    symptom_id          INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    appointment_id      INT NOT NULL,
    symptom_name        VARCHAR(255) NOT NULL,
    symptom_description TEXT NULL,
    severity            ENUM('mild', 'moderate', 'severe', 'critical') NULL DEFAULT 'mild',
    duration            VARCHAR(100) NULL,
    onset_type          ENUM('sudden', 'gradual', 'chronic', 'intermittent') NULL DEFAULT 'gradual',
    CONSTRAINT fk_symptom_appointment FOREIGN KEY (appointment_id) REFERENCES Appointment (appointment_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Medication
CREATE TABLE IF NOT EXISTS Medication (
    medication_id     INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id        INT NOT NULL,
    medicine_name     VARCHAR(255) NOT NULL,
    is_continued      TINYINT(1) NULL DEFAULT 1,
    prescribed_date   DATE NOT NULL,
    discontinued_date DATE NULL,
    dosage            VARCHAR(100) NULL,
    frequency         VARCHAR(100) NULL,
    prescribed_by     VARCHAR(255) NULL,
    created_at        TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at        TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    CONSTRAINT chk_medication_name_not_empty CHECK (CHAR_LENGTH(TRIM(medicine_name)) > 0),
    CONSTRAINT chk_discontinued_date CHECK (is_continued <> 0 OR discontinued_date IS NOT NULL),
    CONSTRAINT chk_discontinued_order CHECK (discontinued_date >= prescribed_date),
    CONSTRAINT fk_medication_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Medication_Purpose
CREATE TABLE IF NOT EXISTS Medication_Purpose (
    purpose_id          INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    medication_id       INT NOT NULL,
    condition_name      VARCHAR(255) NULL,
    purpose_description TEXT NULL,
    CONSTRAINT fk_purpose_medication FOREIGN KEY (medication_id) REFERENCES Medication (medication_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Lab_Report
CREATE TABLE IF NOT EXISTS Lab_Report (
    lab_report_id   INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id      INT NOT NULL,
    lab_date        DATE NOT NULL,
    lab_type        VARCHAR(255) NOT NULL,
    ordering_doctor VARCHAR(255) NULL,
    lab_facility    VARCHAR(255) NULL,
    created_at      TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at      TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    CONSTRAINT fk_lab_report_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Lab_Finding
CREATE TABLE IF NOT EXISTS Lab_Finding (
    lab_finding_id  INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    lab_report_id   INT NOT NULL,
    test_name       VARCHAR(255) NOT NULL,
    test_value      VARCHAR(255) NOT NULL,
    test_unit       VARCHAR(50) NULL,
    reference_range VARCHAR(100) NULL,
    is_abnormal     TINYINT(1) NULL DEFAULT 0,
    abnormal_flag   ENUM('high', 'low', 'critical_high', 'critical_low') NULL,
    CONSTRAINT chk_test_value_not_empty CHECK (CHAR_LENGTH(TRIM(test_value)) > 0),
    CONSTRAINT chk_abnormal_flag CHECK (is_abnormal = 0 OR abnormal_flag IS NOT NULL),
    CONSTRAINT fk_lab_finding_report FOREIGN KEY (lab_report_id) REFERENCES Lab_Report (lab_report_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Report
CREATE TABLE IF NOT EXISTS Report (
    report_id       INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id      INT NOT NULL,
    report_type     VARCHAR(100) NOT NULL,
    report_date     DATE NOT NULL,
    complete_report LONGTEXT NULL,
    report_summary  TEXT NULL,
    doctor_name     VARCHAR(255) NULL,
    created_at      TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at      TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    CONSTRAINT fk_report_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Report_Finding
CREATE TABLE IF NOT EXISTS Report_Finding (
    finding_id        INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    report_id         INT NOT NULL,
    finding_key       VARCHAR(255) NOT NULL,
    finding_value     VARCHAR(255) NOT NULL,
    finding_unit      VARCHAR(50) NULL,
    normal_range      VARCHAR(100) NULL,
    is_abnormal       TINYINT(1) NULL DEFAULT 0,
    abnormal_severity ENUM('mild', 'moderate', 'severe', 'critical') NULL,
    CONSTRAINT chk_abnormal_severity CHECK (is_abnormal = 0 OR abnormal_severity IS NOT NULL),
    CONSTRAINT fk_report_finding_report FOREIGN KEY (report_id) REFERENCES Report (report_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Chat_History
CREATE TABLE IF NOT EXISTS Chat_History (
    chat_id      INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id   INT NOT NULL,
    message_text TEXT NOT NULL,
    message_type ENUM('Patient', 'Provider', 'System', 'Bot') NULL,
    timestamp    TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    session_id   VARCHAR(100) NULL,
    CONSTRAINT fk_chat_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

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
