-- stop feeding inserted Patient rows
DROP TRIGGER IF EXISTS medimax_feed_patient_insert;

-- stop feeding updated Patient rows
DROP TRIGGER IF EXISTS medimax_feed_patient_update;

-- stop feeding deleted Patient rows
DROP TRIGGER IF EXISTS medimax_feed_patient_delete;

-- stop feeding inserted Medical_History rows
DROP TRIGGER IF EXISTS medimax_feed_medical_history_insert;

-- stop feeding updated Medical_History rows
DROP TRIGGER IF EXISTS medimax_feed_medical_history_update;

-- stop feeding deleted Medical_History rows
DROP TRIGGER IF EXISTS medimax_feed_medical_history_delete;

-- stop feeding inserted Appointment rows
DROP TRIGGER IF EXISTS medimax_feed_appointment_insert;

-- stop feeding updated Appointment rows
DROP TRIGGER IF EXISTS medimax_feed_appointment_update;

-- stop feeding deleted Appointment rows
DROP TRIGGER IF EXISTS medimax_feed_appointment_delete;

-- stop feeding inserted Medication rows
DROP TRIGGER IF EXISTS medimax_feed_medication_insert;

-- stop feeding updated Medication rows
DROP TRIGGER IF EXISTS medimax_feed_medication_update;

-- stop feeding deleted Medication rows
DROP TRIGGER IF EXISTS medimax_feed_medication_delete;

-- stop feeding inserted Lab_Report rows
DROP TRIGGER IF EXISTS medimax_feed_lab_report_insert;

-- stop feeding updated Lab_Report rows
DROP TRIGGER IF EXISTS medimax_feed_lab_report_update;

-- stop feeding deleted Lab_Report rows
DROP TRIGGER IF EXISTS medimax_feed_lab_report_delete;

-- stop feeding inserted Report rows
DROP TRIGGER IF EXISTS medimax_feed_report_insert;

-- stop feeding updated Report rows
DROP TRIGGER IF EXISTS medimax_feed_report_update;

-- stop feeding deleted Report rows
DROP TRIGGER IF EXISTS medimax_feed_report_delete;

-- stop feeding inserted Appointment_Symptom rows
DROP TRIGGER IF EXISTS medimax_feed_appointment_symptom_insert;

-- stop feeding updated Appointment_Symptom rows
DROP TRIGGER IF EXISTS medimax_feed_appointment_symptom_update;

-- stop feeding deleted Appointment_Symptom rows
DROP TRIGGER IF EXISTS medimax_feed_appointment_symptom_delete;

-- stop feeding inserted Medication_Purpose rows
DROP TRIGGER IF EXISTS medimax_feed_medication_purpose_insert;

-- stop feeding updated Medication_Purpose rows
DROP TRIGGER IF EXISTS medimax_feed_medication_purpose_update;

-- stop feeding deleted Medication_Purpose rows
DROP TRIGGER IF EXISTS medimax_feed_medication_purpose_delete;

-- stop feeding inserted Lab_Finding rows
DROP TRIGGER IF EXISTS medimax_feed_lab_finding_insert;

-- stop feeding updated Lab_Finding rows
DROP TRIGGER IF EXISTS medimax_feed_lab_finding_update;

-- stop feeding deleted Lab_Finding rows
DROP TRIGGER IF EXISTS medimax_feed_lab_finding_delete;

-- stop feeding inserted Report_Finding rows
DROP TRIGGER IF EXISTS medimax_feed_report_finding_insert;

-- stop feeding updated Report_Finding rows
DROP TRIGGER IF EXISTS medimax_feed_report_finding_update;

-- stop feeding deleted Report_Finding rows
DROP TRIGGER IF EXISTS medimax_feed_report_finding_delete;

-- drop table Concept_Fact
DROP TABLE IF EXISTS Concept_Fact;

-- drop table Concept_Name
DROP TABLE IF EXISTS Concept_Name;

-- drop table Concept
DROP TABLE IF EXISTS Concept;

-- drop table Catalog
DROP TABLE IF EXISTS Catalog;

-- drop table Feed_State
DROP TABLE IF EXISTS Feed_State;

-- drop table Feed_Pending
DROP TABLE IF EXISTS Feed_Pending;

-- drop table Feed_Consumer
DROP TABLE IF EXISTS Feed_Consumer;

-- drop table Change_Feed
DROP TABLE IF EXISTS Change_Feed;
