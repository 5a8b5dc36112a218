-- suits: 1
-- create table Change_Feed: what changed, written by triggers, whoever made the change
CREATE TABLE IF NOT EXISTS Change_Feed (
    change_id INTEGER PRIMARY KEY,
    owner     TEXT NOT NULL,
    owner_id  INTEGER NOT NULL,
    made_ms   INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))
) STRICT;

-- create table Feed_Consumer: who needs the changes
CREATE TABLE IF NOT EXISTS Feed_Consumer (
    consumer_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL UNIQUE,
    keep_until  INTEGER NOT NULL,
    holder      TEXT,
    lease_until INTEGER NOT NULL DEFAULT 0,
    epoch       INTEGER NOT NULL DEFAULT 0,
    catalog     TEXT
) STRICT;

-- create table Feed_Pending: the patients that a consumer has yet to look at
CREATE TABLE IF NOT EXISTS Feed_Pending (
    pending_id  INTEGER PRIMARY KEY AUTOINCREMENT,
    consumer_id INTEGER NOT NULL,
    patient_id  INTEGER NOT NULL,
    made_ms     INTEGER NOT NULL
) STRICT;

-- index Feed_Pending by consumer_id, pending_id
CREATE INDEX IF NOT EXISTS idx_pending_consumer ON Feed_Pending (consumer_id, pending_id);

-- create table Feed_State: which database this is, for the graphs that are made from it
CREATE TABLE IF NOT EXISTS Feed_State (
    state_id    INTEGER PRIMARY KEY,
    database_id TEXT NOT NULL
) STRICT;

-- name the database
INSERT OR IGNORE INTO Feed_State (state_id, database_id) VALUES (1, lower(hex(randomblob(16))));

-- create table Catalog: the sources of clinical knowledge
CREATE TABLE IF NOT EXISTS Catalog (
    catalog_id INTEGER PRIMARY KEY AUTOINCREMENT,
    source     TEXT COLLATE NOCASE NOT NULL UNIQUE,
    title      TEXT,
    version    TEXT NOT NULL,
    license    TEXT,
    digest     TEXT NOT NULL,
    loaded_ms  INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))
) STRICT;

-- create table Concept: symptoms, conditions, drugs and classes of drugs
CREATE TABLE IF NOT EXISTS Concept (
    concept_id  INTEGER PRIMARY KEY AUTOINCREMENT,
    catalog_id  INTEGER NOT NULL CONSTRAINT fk_concept_catalog REFERENCES Catalog (catalog_id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    code        TEXT NOT NULL,
    name        TEXT NOT NULL,
    description TEXT,
    CONSTRAINT idx_concept_code UNIQUE (catalog_id, kind, code)
) STRICT;

-- create table Concept_Name: the other names of a concept
CREATE TABLE IF NOT EXISTS Concept_Name (
    name_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    concept_id INTEGER NOT NULL CONSTRAINT fk_name_concept REFERENCES Concept (concept_id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL
) STRICT;

-- index Concept_Name by concept_id
CREATE INDEX IF NOT EXISTS idx_concept_name ON Concept_Name (concept_id);

-- create table Concept_Fact: what is known of two concepts
CREATE TABLE IF NOT EXISTS Concept_Fact (
    fact_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    catalog_id INTEGER NOT NULL CONSTRAINT fk_fact_catalog REFERENCES Catalog (catalog_id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    from_id    INTEGER NOT NULL CONSTRAINT fk_fact_from REFERENCES Concept (concept_id) ON DELETE CASCADE,
    to_id      INTEGER NOT NULL CONSTRAINT fk_fact_to REFERENCES Concept (concept_id) ON DELETE CASCADE,
    source     TEXT NOT NULL,
    evidence   TEXT,
    weight     INTEGER
) STRICT;

-- index Concept_Fact by catalog_id
CREATE INDEX IF NOT EXISTS idx_fact_catalog ON Concept_Fact (catalog_id);

-- index Concept_Fact by from_id
CREATE INDEX IF NOT EXISTS idx_fact_from ON Concept_Fact (from_id);

-- index Concept_Fact by to_id
CREATE INDEX IF NOT EXISTS idx_fact_to ON Concept_Fact (to_id);

-- feed inserted Patient rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_patient_insert AFTER INSERT ON Patient FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Patient rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_patient_update AFTER UPDATE ON Patient FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    INSERT INTO Change_Feed (owner, owner_id) SELECT 'Patient', OLD.patient_id WHERE OLD.patient_id <> NEW.patient_id;
END;

-- feed deleted Patient rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_patient_delete AFTER DELETE ON Patient FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;

-- feed inserted Medical_History rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_medical_history_insert AFTER INSERT ON Medical_History FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Medical_History rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_medical_history_update AFTER UPDATE ON Medical_History FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    INSERT INTO Change_Feed (owner, owner_id) SELECT 'Patient', OLD.patient_id WHERE OLD.patient_id <> NEW.patient_id;
END;

-- feed deleted Medical_History rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_medical_history_delete AFTER DELETE ON Medical_History FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;

-- feed inserted Appointment rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_appointment_insert AFTER INSERT ON Appointment FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Appointment rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_appointment_update AFTER UPDATE ON Appointment FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    INSERT INTO Change_Feed (owner, owner_id) SELECT 'Patient', OLD.patient_id WHERE OLD.patient_id <> NEW.patient_id;
END;

-- feed deleted Appointment rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_appointment_delete AFTER DELETE ON Appointment FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;

-- feed inserted Medication rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_medication_insert AFTER INSERT ON Medication FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Medication rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_medication_update AFTER UPDATE ON Medication FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    INSERT INTO Change_Feed (owner, owner_id) SELECT 'Patient', OLD.patient_id WHERE OLD.patient_id <> NEW.patient_id;
END;

-- feed deleted Medication rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_medication_delete AFTER DELETE ON Medication FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;

-- feed inserted Lab_Report rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_lab_report_insert AFTER INSERT ON Lab_Report FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Lab_Report rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_lab_report_update AFTER UPDATE ON Lab_Report FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    INSERT INTO Change_Feed (owner, owner_id) SELECT 'Patient', OLD.patient_id WHERE OLD.patient_id <> NEW.patient_id;
END;

-- feed deleted Lab_Report rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_lab_report_delete AFTER DELETE ON Lab_Report FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;

-- feed inserted Report rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_report_insert AFTER INSERT ON Report FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Report rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_report_update AFTER UPDATE ON Report FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    INSERT INTO Change_Feed (owner, owner_id) SELECT 'Patient', OLD.patient_id WHERE OLD.patient_id <> NEW.patient_id;
END;

-- feed deleted Report rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_report_delete AFTER DELETE ON Report FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;

-- feed inserted Appointment_Symptom rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_appointment_symptom_insert AFTER INSERT ON Appointment_Symptom FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Appointment', NEW.appointment_id);
END;

-- feed updated Appointment_Symptom rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_appointment_symptom_update AFTER UPDATE ON Appointment_Symptom FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Appointment', NEW.appointment_id);
    INSERT INTO Change_Feed (owner, owner_id) SELECT 'Appointment', OLD.appointment_id WHERE OLD.appointment_id <> NEW.appointment_id;
END;

-- feed deleted Appointment_Symptom rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_appointment_symptom_delete AFTER DELETE ON Appointment_Symptom FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Appointment', OLD.appointment_id);
END;

-- feed inserted Medication_Purpose rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_medication_purpose_insert AFTER INSERT ON Medication_Purpose FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Medication', NEW.medication_id);
END;

-- feed updated Medication_Purpose rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_medication_purpose_update AFTER UPDATE ON Medication_Purpose FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Medication', NEW.medication_id);
    INSERT INTO Change_Feed (owner, owner_id) SELECT 'Medication', OLD.medication_id WHERE OLD.medication_id <> NEW.medication_id;
END;

-- feed deleted Medication_Purpose rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_medication_purpose_delete AFTER DELETE ON Medication_Purpose FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Medication', OLD.medication_id);
END;

-- feed inserted Lab_Finding rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_lab_finding_insert AFTER INSERT ON Lab_Finding FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Lab_Report', NEW.lab_report_id);
END;

-- feed updated Lab_Finding rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_lab_finding_update AFTER UPDATE ON Lab_Finding FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Lab_Report', NEW.lab_report_id);
    INSERT INTO Change_Feed (owner, owner_id) SELECT 'Lab_Report', OLD.lab_report_id WHERE OLD.lab_report_id <> NEW.lab_report_id;
END;

-- feed deleted Lab_Finding rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_lab_finding_delete AFTER DELETE ON Lab_Finding FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Lab_Report', OLD.lab_report_id);
END;

-- feed inserted Report_Finding rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_report_finding_insert AFTER INSERT ON Report_Finding FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Report', NEW.report_id);
END;

-- feed updated Report_Finding rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_report_finding_update AFTER UPDATE ON Report_Finding FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Report', NEW.report_id);
    INSERT INTO Change_Feed (owner, owner_id) SELECT 'Report', OLD.report_id WHERE OLD.report_id <> NEW.report_id;
END;

-- feed deleted Report_Finding rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_report_finding_delete AFTER DELETE ON Report_Finding FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Report', OLD.report_id);
END;
