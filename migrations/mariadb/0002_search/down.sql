-- drop update trigger of Appointment_Symptom_Search
DROP TRIGGER IF EXISTS medimax_search_appointment_symptom_update;

-- drop insert trigger of Appointment_Symptom_Search
DROP TRIGGER IF EXISTS medimax_search_appointment_symptom_insert;

-- drop word table Appointment_Symptom_Search
DROP TABLE IF EXISTS Appointment_Symptom_Search;

-- drop update trigger of Medication_Search
DROP TRIGGER IF EXISTS medimax_search_medication_update;

-- drop insert trigger of Medication_Search
DROP TRIGGER IF EXISTS medimax_search_medication_insert;

-- drop word table Medication_Search
DROP TABLE IF EXISTS Medication_Search;

-- drop update trigger of Medical_History_Search
DROP TRIGGER IF EXISTS medimax_search_medical_history_update;

-- drop insert trigger of Medical_History_Search
DROP TRIGGER IF EXISTS medimax_search_medical_history_insert;

-- drop word table Medical_History_Search
DROP TABLE IF EXISTS Medical_History_Search;

-- drop update trigger of Patient_Search
DROP TRIGGER IF EXISTS medimax_search_patient_update;

-- drop insert trigger of Patient_Search
DROP TRIGGER IF EXISTS medimax_search_patient_insert;

-- drop word table Patient_Search
DROP TABLE IF EXISTS Patient_Search;
