-- suits: 1
-- create table Consultation
CREATE TABLE IF NOT EXISTS Consultation (
    consultation_id   INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id        INTEGER NOT NULL CONSTRAINT fk_consultation_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    doctor_id         INTEGER NOT NULL CONSTRAINT fk_consultation_doctor REFERENCES Doctor (doctor_id),
    appointment_id    INTEGER CONSTRAINT fk_consultation_appointment REFERENCES Appointment (appointment_id) ON DELETE SET NULL,
    consultation_type TEXT COLLATE NOCASE NOT NULL CHECK (consultation_type COLLATE BINARY IN ('in_person', 'telemedicine', 'follow_up', 'emergency')),
    status            TEXT COLLATE NOCASE NOT NULL DEFAULT 'scheduled' CHECK (status COLLATE BINARY IN ('scheduled', 'completed', 'cancelled', 'no_show')),
    consultation_date TEXT NOT NULL CHECK (consultation_date IS date(consultation_date, '+0 days')),
    consultation_time TEXT CHECK (consultation_time IS time(consultation_time, '+0 days')),
    chief_complaint   TEXT COLLATE NOCASE,
    diagnosis         TEXT COLLATE NOCASE,
    prescription      TEXT COLLATE NOCASE,
    duration_minutes  INTEGER,
    fee               INTEGER,
    fee_currency      TEXT COLLATE NOCASE CHECK (length(fee_currency) <= 3),
    next_visit_date   TEXT CHECK (next_visit_date IS date(next_visit_date, '+0 days')),
    notes             TEXT COLLATE NOCASE,
    created_at        TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    updated_at        TEXT DEFAULT CURRENT_TIMESTAMP CHECK (updated_at IS datetime(updated_at, '+0 days')),
    CONSTRAINT chk_consultation_fee CHECK ((fee IS NULL) = (fee_currency IS NULL)),
    CONSTRAINT chk_consultation_next_visit CHECK (next_visit_date >= consultation_date)
) STRICT;

-- index Consultation by patient_id, consultation_date
CREATE INDEX IF NOT EXISTS idx_consultation_patient ON Consultation (patient_id, consultation_date);

-- index Consultation by doctor_id, consultation_date
CREATE INDEX IF NOT EXISTS idx_consultation_doctor ON Consultation (doctor_id, consultation_date);

-- index Consultation by appointment_id
CREATE INDEX IF NOT EXISTS idx_consultation_appointment ON Consultation (appointment_id);

-- index Consultation by consultation_date
CREATE INDEX IF NOT EXISTS idx_consultation_date ON Consultation (consultation_date);

-- index Consultation by status, consultation_date
CREATE INDEX IF NOT EXISTS idx_consultation_status ON Consultation (status, consultation_date);

-- feed inserted Consultation rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_consultation_insert AFTER INSERT ON Consultation FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Consultation rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_consultation_update AFTER UPDATE ON Consultation FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    INSERT INTO Change_Feed (owner, owner_id) SELECT 'Patient', OLD.patient_id WHERE OLD.patient_id <> NEW.patient_id;
END;

-- feed deleted Consultation rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_consultation_delete AFTER DELETE ON Consultation FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;
