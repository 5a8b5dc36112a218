-- suits: 1
-- create table Change_Feed: what changed, written by triggers, whoever made the change
CREATE TABLE IF NOT EXISTS Change_Feed (
    change_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    owner     VARCHAR(20) NOT NULL,
    owner_id  INT NOT NULL,
    made_ms   BIGINT NOT NULL DEFAULT (UNIX_TIMESTAMP() * 1000 + MICROSECOND(CURRENT_TIMESTAMP(3)) DIV 1000)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Feed_Consumer: who needs the changes
CREATE TABLE IF NOT EXISTS Feed_Consumer (
    consumer_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name        VARCHAR(100) NOT NULL,
    keep_until  BIGINT NOT NULL,
    holder      VARCHAR(64) NULL,
    lease_until BIGINT NOT NULL DEFAULT 0,
    epoch       BIGINT NOT NULL DEFAULT 0,
    catalog     VARCHAR(64) NULL,
    UNIQUE KEY idx_consumer_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Feed_Pending: the patients that a consumer has yet to look at
CREATE TABLE IF NOT EXISTS Feed_Pending (
    pending_id  BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    consumer_id INT NOT NULL,
    patient_id  INT NOT NULL,
    made_ms     BIGINT NOT NULL,
    KEY idx_pending_consumer (consumer_id, pending_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Feed_State: which database this is, for the graphs that are made from it
CREATE TABLE IF NOT EXISTS Feed_State (
    state_id    INT NOT NULL PRIMARY KEY,
    database_id CHAR(36) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- name the database
INSERT IGNORE INTO Feed_State (state_id, database_id) VALUES (1, UUID());

-- create table Catalog: the sources of clinical knowledge
CREATE TABLE IF NOT EXISTS Catalog (
    catalog_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    source     VARCHAR(64) NOT NULL,
    title      VARCHAR(255) NULL,
    version    VARCHAR(64) NOT NULL,
    license    VARCHAR(255) NULL,
    digest     CHAR(64) NOT NULL,
    loaded_ms  BIGINT NOT NULL DEFAULT (UNIX_TIMESTAMP() * 1000 + MICROSECOND(CURRENT_TIMESTAMP(3)) DIV 1000),
    UNIQUE KEY idx_catalog_source (source)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Concept: symptoms, conditions, drugs and classes of drugs
CREATE TABLE IF NOT EXISTS Concept (
    concept_id  INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    catalog_id  INT NOT NULL,
    kind        VARCHAR(16) NOT NULL,
    code        VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    name        VARCHAR(255) NOT NULL,
    description TEXT NULL,
    UNIQUE KEY idx_concept_code (catalog_id, kind, code),
    CONSTRAINT fk_concept_catalog FOREIGN KEY (catalog_id) REFERENCES Catalog (catalog_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Concept_Name: the other names of a concept
CREATE TABLE IF NOT EXISTS Concept_Name (
    name_id    INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    concept_id INT NOT NULL,
    kind       VARCHAR(16) NOT NULL,
    name       VARCHAR(255) NOT NULL,
    KEY idx_concept_name (concept_id),
    CONSTRAINT fk_name_concept FOREIGN KEY (concept_id) REFERENCES Concept (concept_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Concept_Fact: what is known of two concepts
CREATE TABLE IF NOT EXISTS Concept_Fact (
    fact_id    INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    catalog_id INT NOT NULL,
    kind       VARCHAR(24) NOT NULL,
    from_id    INT NOT NULL,
    to_id      INT NOT NULL,
    source     VARCHAR(255) NOT NULL,
    evidence   TEXT NULL,
    weight     INT NULL,
    KEY idx_fact_catalog (catalog_id),
    KEY idx_fact_from (from_id),
    KEY idx_fact_to (to_id),
    CONSTRAINT fk_fact_catalog FOREIGN KEY (catalog_id) REFERENCES Catalog (catalog_id) ON DELETE CASCADE,
    CONSTRAINT fk_fact_from FOREIGN KEY (from_id) REFERENCES Concept (concept_id) ON DELETE CASCADE,
    CONSTRAINT fk_fact_to FOREIGN KEY (to_id) REFERENCES Concept (concept_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- feed inserted Patient rows
CREATE OR REPLACE TRIGGER medimax_feed_patient_insert AFTER INSERT ON Patient FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Patient rows
CREATE OR REPLACE TRIGGER medimax_feed_patient_update AFTER UPDATE ON Patient FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    IF OLD.patient_id <> NEW.patient_id THEN
        INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
    END IF;
END;

-- feed deleted Patient rows
CREATE OR REPLACE TRIGGER medimax_feed_patient_delete AFTER DELETE ON Patient FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;

-- feed inserted Medical_History rows
CREATE OR REPLACE TRIGGER medimax_feed_medical_history_insert AFTER INSERT ON Medical_History FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Medical_History rows
CREATE OR REPLACE TRIGGER medimax_feed_medical_history_update AFTER UPDATE ON Medical_History FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    IF OLD.patient_id <> NEW.patient_id THEN
        INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
    END IF;
END;

-- feed deleted Medical_History rows
CREATE OR REPLACE TRIGGER medimax_feed_medical_history_delete AFTER DELETE ON Medical_History FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;

-- feed inserted Appointment rows
CREATE OR REPLACE TRIGGER medimax_feed_appointment_insert AFTER INSERT ON Appointment FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Appointment rows
CREATE OR REPLACE TRIGGER medimax_feed_appointment_update AFTER UPDATE ON Appointment FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    IF OLD.patient_id <> NEW.patient_id THEN
        INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
    END IF;
END;

-- feed deleted Appointment rows
CREATE OR REPLACE TRIGGER medimax_feed_appointment_delete AFTER DELETE ON Appointment FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;

-- feed inserted Medication rows
CREATE OR REPLACE TRIGGER medimax_feed_medication_insert AFTER INSERT ON Medication FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Medication rows
CREATE OR REPLACE TRIGGER medimax_feed_medication_update AFTER UPDATE ON Medication FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    IF OLD.patient_id <> NEW.patient_id THEN
        INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
    END IF;
END;

-- feed deleted Medication rows
CREATE OR REPLACE TRIGGER medimax_feed_medication_delete AFTER DELETE ON Medication FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;

-- feed inserted Lab_Report rows
CREATE OR REPLACE TRIGGER medimax_feed_lab_report_insert AFTER INSERT ON Lab_Report FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Lab_Report rows
CREATE OR REPLACE TRIGGER medimax_feed_lab_report_update AFTER UPDATE ON Lab_Report FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    IF OLD.patient_id <> NEW.patient_id THEN
        INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
    END IF;
END;

-- feed deleted Lab_Report rows
CREATE OR REPLACE TRIGGER medimax_feed_lab_report_delete AFTER DELETE ON Lab_Report FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;

-- feed inserted Report rows
CREATE OR REPLACE TRIGGER medimax_feed_report_insert AFTER INSERT ON Report FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Report rows
CREATE OR REPLACE TRIGGER medimax_feed_report_update AFTER UPDATE ON Report FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    IF OLD.patient_id <> NEW.patient_id THEN
        INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
    END IF;
END;

-- feed deleted Report rows
CREATE OR REPLACE TRIGGER medimax_feed_report_delete AFTER DELETE ON Report FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;

-- feed inserted Appointment_Symptom rows
CREATE OR REPLACE TRIGGER medimax_feed_appointment_symptom_insert AFTER INSERT ON Appointment_Symptom FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Appointment', NEW.appointment_id);
END;

-- feed updated Appointment_Symptom rows
CREATE OR REPLACE TRIGGER medimax_feed_appointment_symptom_update AFTER UPDATE ON Appointment_Symptom FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Appointment', NEW.appointment_id);
    IF OLD.appointment_id <> NEW.appointment_id THEN
        INSERT INTO Change_Feed (owner, owner_id) VALUES ('Appointment', OLD.appointment_id);
    END IF;
END;

-- feed deleted Appointment_Symptom rows
CREATE OR REPLACE TRIGGER medimax_feed_appointment_symptom_delete AFTER DELETE ON Appointment_Symptom FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Appointment', OLD.appointment_id);
END;

-- feed inserted Medication_Purpose rows
CREATE OR REPLACE TRIGGER medimax_feed_medication_purpose_insert AFTER INSERT ON Medication_Purpose FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Medication', NEW.medication_id);
END;

-- feed updated Medication_Purpose rows
CREATE OR REPLACE TRIGGER medimax_feed_medication_purpose_update AFTER UPDATE ON Medication_Purpose FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Medication', NEW.medication_id);
    IF OLD.medication_id <> NEW.medication_id THEN
        INSERT INTO Change_Feed (owner, owner_id) VALUES ('Medication', OLD.medication_id);
    END IF;
END;

-- feed deleted Medication_Purpose rows
CREATE OR REPLACE TRIGGER medimax_feed_medication_purpose_delete AFTER DELETE ON Medication_Purpose FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Medication', OLD.medication_id);
END;

-- feed inserted Lab_Finding rows
CREATE OR REPLACE TRIGGER medimax_feed_lab_finding_insert AFTER INSERT ON Lab_Finding FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Lab_Report', NEW.lab_report_id);
END;

-- feed updated Lab_Finding rows
CREATE OR REPLACE TRIGGER medimax_feed_lab_finding_update AFTER UPDATE ON Lab_Finding FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Lab_Report', NEW.lab_report_id);
    IF OLD.lab_report_id <> NEW.lab_report_id THEN
        INSERT INTO Change_Feed (owner, owner_id) VALUES ('Lab_Report', OLD.lab_report_id);
    END IF;
END;

-- feed deleted Lab_Finding rows
CREATE OR REPLACE TRIGGER medimax_feed_lab_finding_delete AFTER DELETE ON Lab_Finding FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Lab_Report', OLD.lab_report_id);
END;

-- feed inserted Report_Finding rows
CREATE OR REPLACE TRIGGER medimax_feed_report_finding_insert AFTER INSERT ON Report_Finding FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Report', NEW.report_id);
END;

-- feed updated Report_Finding rows
CREATE OR REPLACE TRIGGER medimax_feed_report_finding_update AFTER UPDATE ON Report_Finding FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Report', NEW.report_id);
    IF OLD.report_id <> NEW.report_id THEN
        INSERT INTO Change_Feed (owner, owner_id) VALUES ('Report', OLD.report_id);
    END IF;
END;

-- feed deleted Report_Finding rows
CREATE OR REPLACE TRIGGER medimax_feed_report_finding_delete AFTER DELETE ON Report_Finding FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Report', OLD.report_id);
END;
