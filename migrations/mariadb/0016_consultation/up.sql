-- suits: 1
-- create table Consultation
CREATE TABLE IF NOT EXISTS Consultation (
    consultation_id   INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id        INT NOT NULL,
    doctor_id         INT NOT NULL,
    appointment_id    INT NULL,
    consultation_type ENUM('in_person', 'telemedicine', 'follow_up', 'emergency') NOT NULL,
    status            ENUM('scheduled', 'completed', 'cancelled', 'no_show') NOT NULL DEFAULT 'scheduled',
    consultation_date DATE NOT NULL,
    consultation_time TIME NULL,
    chief_complaint   TEXT NULL,
    diagnosis         TEXT NULL,
    prescription      TEXT NULL,
    duration_minutes  INT NULL,
    fee               BIGINT NULL,
    fee_currency      VARCHAR(3) NULL,
    next_visit_date   DATE NULL,
    notes             TEXT NULL,
    created_at        TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at        TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    CONSTRAINT chk_consultation_fee CHECK ((fee IS NULL) = (fee_currency IS NULL)),
    CONSTRAINT chk_consultation_next_visit CHECK (next_visit_date >= consultation_date),
    CONSTRAINT fk_consultation_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE,
    CONSTRAINT fk_consultation_doctor FOREIGN KEY (doctor_id) REFERENCES Doctor (doctor_id),
    CONSTRAINT fk_consultation_appointment FOREIGN KEY (appointment_id) REFERENCES Appointment (appointment_id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

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
CREATE OR REPLACE TRIGGER medimax_feed_consultation_insert AFTER INSERT ON Consultation FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Consultation rows
CREATE OR REPLACE TRIGGER medimax_feed_consultation_update AFTER UPDATE ON Consultation FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    IF OLD.patient_id <> NEW.patient_id THEN
        INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
    END IF;
END;

-- feed deleted Consultation rows
CREATE OR REPLACE TRIGGER medimax_feed_consultation_delete AFTER DELETE ON Consultation FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;
