-- suits: 1
-- create table Doctor_Patient_Assignment
CREATE TABLE IF NOT EXISTS Doctor_Patient_Assignment (
    assignment_id   INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id      INT NOT NULL,
    doctor_id       INT NOT NULL,
    assignment_type ENUM('primary', 'consultant', 'specialist') NOT NULL,
    is_active       TINYINT(1) NULL DEFAULT 1,
    since           DATE NULL,
    until           DATE NULL,
    notes           TEXT NULL,
    created_at      TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at      TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    CONSTRAINT chk_assignment_order CHECK (until >= since),
    CONSTRAINT fk_assignment_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE,
    CONSTRAINT fk_assignment_doctor FOREIGN KEY (doctor_id) REFERENCES Doctor (doctor_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- index Doctor_Patient_Assignment by patient_id, is_active, since
CREATE INDEX IF NOT EXISTS idx_assignment_patient ON Doctor_Patient_Assignment (patient_id, is_active, since);

-- index Doctor_Patient_Assignment by doctor_id, patient_id
CREATE INDEX IF NOT EXISTS idx_assignment_doctor ON Doctor_Patient_Assignment (doctor_id, patient_id);

-- index Doctor_Patient_Assignment by since
CREATE INDEX IF NOT EXISTS idx_assignment_since ON Doctor_Patient_Assignment (since);

-- feed inserted Doctor_Patient_Assignment rows
CREATE OR REPLACE TRIGGER medimax_feed_doctor_patient_assignment_insert AFTER INSERT ON Doctor_Patient_Assignment FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Doctor_Patient_Assignment rows
CREATE OR REPLACE TRIGGER medimax_feed_doctor_patient_assignment_update AFTER UPDATE ON Doctor_Patient_Assignment FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    IF OLD.patient_id <> NEW.patient_id THEN
        INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
    END IF;
END;

-- feed deleted Doctor_Patient_Assignment rows
CREATE OR REPLACE TRIGGER medimax_feed_doctor_patient_assignment_delete AFTER DELETE ON Doctor_Patient_Assignment FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;
