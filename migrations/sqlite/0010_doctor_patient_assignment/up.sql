-- suits: 1
-- create table Doctor_Patient_Assignment
CREATE TABLE IF NOT EXISTS Doctor_Patient_Assignment (
    assignment_id   INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id      INTEGER NOT NULL CONSTRAINT fk_assignment_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    doctor_id       INTEGER NOT NULL CONSTRAINT fk_assignment_doctor REFERENCES Doctor (doctor_id),
    assignment_type TEXT COLLATE NOCASE NOT NULL CHECK (assignment_type COLLATE BINARY IN ('primary', 'consultant', 'specialist')),
    is_active       INTEGER DEFAULT 1 CHECK (is_active IN (0, 1)),
    since           TEXT CHECK (since IS date(since, '+0 days')),
    until           TEXT CHECK (until IS date(until, '+0 days')),
    notes           TEXT COLLATE NOCASE,
    created_at      TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    updated_at      TEXT DEFAULT CURRENT_TIMESTAMP CHECK (updated_at IS datetime(updated_at, '+0 days')),
    CONSTRAINT chk_assignment_order CHECK (until >= since)
) STRICT;

-- index Doctor_Patient_Assignment by patient_id, is_active, since
CREATE INDEX IF NOT EXISTS idx_assignment_patient ON Doctor_Patient_Assignment (patient_id, is_active, since);

-- index Doctor_Patient_Assignment by doctor_id, patient_id
CREATE INDEX IF NOT EXISTS idx_assignment_doctor ON Doctor_Patient_Assignment (doctor_id, patient_id);

-- index Doctor_Patient_Assignment by since
CREATE INDEX IF NOT EXISTS idx_assignment_since ON Doctor_Patient_Assignment (since);

-- feed inserted Doctor_Patient_Assignment rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_doctor_patient_assignment_insert AFTER INSERT ON Doctor_Patient_Assignment FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Doctor_Patient_Assignment rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_doctor_patient_assignment_update AFTER UPDATE ON Doctor_Patient_Assignment FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    INSERT INTO Change_Feed (owner, owner_id) SELECT 'Patient', OLD.patient_id WHERE OLD.patient_id <> NEW.patient_id;
END;

-- feed deleted Doctor_Patient_Assignment rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_doctor_patient_assignment_delete AFTER DELETE ON Doctor_Patient_Assignment FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;
