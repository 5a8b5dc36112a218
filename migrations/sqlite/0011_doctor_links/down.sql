-- drop the index of Medication by doctor_id
DROP INDEX IF EXISTS idx_medication_doctor;

-- drop Medication.doctor_id
ALTER TABLE Medication DROP COLUMN doctor_id;

-- drop the index of Report by doctor_id
DROP INDEX IF EXISTS idx_report_doctor;

-- drop Report.doctor_id
ALTER TABLE Report DROP COLUMN doctor_id;

-- drop the index of Lab_Report by doctor_id
DROP INDEX IF EXISTS idx_lab_report_doctor;

-- drop Lab_Report.doctor_id
ALTER TABLE Lab_Report DROP COLUMN doctor_id;

-- drop the index of Appointment by doctor_id
DROP INDEX IF EXISTS idx_appointment_doctor;

-- drop Appointment.doctor_id
ALTER TABLE Appointment DROP COLUMN doctor_id;
