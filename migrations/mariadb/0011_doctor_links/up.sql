-- suits: 1
-- add Appointment.doctor_id: the doctor, where the doctor is known by more than a name
SET STATEMENT foreign_key_checks = 0 FOR ALTER TABLE Appointment ADD COLUMN IF NOT EXISTS doctor_id INT NULL INVISIBLE,
    ADD INDEX IF NOT EXISTS idx_appointment_doctor (doctor_id),
    ADD CONSTRAINT fk_appointment_doctor FOREIGN KEY IF NOT EXISTS (doctor_id) REFERENCES Doctor (doctor_id),
    ALGORITHM = INPLACE, LOCK = NONE;

-- add Lab_Report.doctor_id: the doctor, where the doctor is known by more than a name
SET STATEMENT foreign_key_checks = 0 FOR ALTER TABLE Lab_Report ADD COLUMN IF NOT EXISTS doctor_id INT NULL INVISIBLE,
    ADD INDEX IF NOT EXISTS idx_lab_report_doctor (doctor_id),
    ADD CONSTRAINT fk_lab_report_doctor FOREIGN KEY IF NOT EXISTS (doctor_id) REFERENCES Doctor (doctor_id),
    ALGORITHM = INPLACE, LOCK = NONE;

-- add Report.doctor_id: the doctor, where the doctor is known by more than a name
SET STATEMENT foreign_key_checks = 0 FOR ALTER TABLE Report ADD COLUMN IF NOT EXISTS doctor_id INT NULL INVISIBLE,
    ADD INDEX IF NOT EXISTS idx_report_doctor (doctor_id),
    ADD CONSTRAINT fk_report_doctor FOREIGN KEY IF NOT EXISTS (doctor_id) REFERENCES Doctor (doctor_id),
    ALGORITHM = INPLACE, LOCK = NONE;

-- add Medication.doctor_id: the doctor, where the doctor is known by more than a name
SET STATEMENT foreign_key_checks = 0 FOR ALTER TABLE Medication ADD COLUMN IF NOT EXISTS doctor_id INT NULL INVISIBLE,
    ADD INDEX IF NOT EXISTS idx_medication_doctor (doctor_id),
    ADD CONSTRAINT fk_medication_doctor FOREIGN KEY IF NOT EXISTS (doctor_id) REFERENCES Doctor (doctor_id),
    ALGORITHM = INPLACE, LOCK = NONE;
