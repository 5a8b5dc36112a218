-- drop table Chat_History
DROP TABLE IF EXISTS Chat_History;

-- drop table Report_Finding
DROP TABLE IF EXISTS Report_Finding;

-- drop table Report
DROP TABLE IF EXISTS Report;

-- drop table Lab_Finding
DROP TABLE IF EXISTS Lab_Finding;

-- drop table Lab_Report
DROP TABLE IF EXISTS Lab_Report;

-- drop table Medication_Purpose
DROP TABLE IF EXISTS Medication_Purpose;

-- drop table Medication
DROP TABLE IF EXISTS Medication;

-- drop table Appointment_Symptom
DROP TABLE IF EXISTS Appointment_Symptom;

-- drop table Appointment
DROP TABLE IF EXISTS Appointment;

-- drop table Medical_History
DROP TABLE IF EXISTS Medical_History;

-- drop table Patient
DROP TABLE IF EXISTS Patient;
