-- suits: 1
-- add Appointment.doctor_id: the doctor, where the doctor is known by more than a name
ALTER TABLE Appointment ADD COLUMN doctor_id INTEGER CONSTRAINT fk_appointment_doctor REFERENCES Doctor (doctor_id);

-- index Appointment by doctor_id
CREATE INDEX IF NOT EXISTS idx_appointment_doctor ON Appointment (doctor_id);

-- add Lab_Report.doctor_id: the doctor, where the doctor is known by more than a name
ALTER TABLE Lab_Report ADD COLUMN doctor_id INTEGER CONSTRAINT fk_lab_report_doctor REFERENCES Doctor (doctor_id);

-- index Lab_Report by doctor_id
CREATE INDEX IF NOT EXISTS idx_lab_report_doctor ON Lab_Report (doctor_id);

-- add Report.doctor_id: the doctor, where the doctor is known by more than a name
ALTER TABLE Report ADD COLUMN doctor_id INTEGER CONSTRAINT fk_report_doctor REFERENCES Doctor (doctor_id);

-- index Report by doctor_id
CREATE INDEX IF NOT EXISTS idx_report_doctor ON Report (doctor_id);

-- add Medication.doctor_id: the doctor, where the doctor is known by more than a name
ALTER TABLE Medication ADD COLUMN doctor_id INTEGER CONSTRAINT fk_medication_doctor REFERENCES Doctor (doctor_id);

-- index Medication by doctor_id
CREATE INDEX IF NOT EXISTS idx_medication_doctor ON Medication (doctor_id);
