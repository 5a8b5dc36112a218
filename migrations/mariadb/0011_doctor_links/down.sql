-- drop Medication.doctor_id
ALTER TABLE Medication DROP FOREIGN KEY IF EXISTS fk_medication_doctor, DROP COLUMN IF EXISTS doctor_id;

-- drop Report.doctor_id
ALTER TABLE Report DROP FOREIGN KEY IF EXISTS fk_report_doctor, DROP COLUMN IF EXISTS doctor_id;

-- drop Lab_Report.doctor_id
ALTER TABLE Lab_Report DROP FOREIGN KEY IF EXISTS fk_lab_report_doctor, DROP COLUMN IF EXISTS doctor_id;

-- drop Appointment.doctor_id
ALTER TABLE Appointment DROP FOREIGN KEY IF EXISTS fk_appointment_doctor, DROP COLUMN IF EXISTS doctor_id;
