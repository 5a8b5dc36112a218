-- drop delete trigger of Appointment_Symptom_Search
DROP TRIGGER IF EXISTS medimax_search_appointment_symptom_delete;

-- drop update trigger of Appointment_Symptom_Search
DROP TRIGGER IF EXISTS medimax_search_appointment_symptom_update;

-- drop insert trigger of Appointment_Symptom_Search
DROP TRIGGER IF EXISTS medimax_search_appointment_symptom_insert;

-- drop word index Appointment_Symptom_Search
DROP TABLE IF EXISTS Appointment_Symptom_Search;

-- drop delete trigger of Medication_Search
DROP TRIGGER IF EXISTS medimax_search_medication_delete;

-- drop update trigger of Medication_Search
DROP TRIGGER IF EXISTS medimax_search_medication_update;

-- drop insert trigger of Medication_Search
DROP TRIGGER IF EXISTS medimax_search_medication_insert;

-- drop word index Medication_Search
DROP TABLE IF EXISTS Medication_Search;

-- drop delete trigger of Medical_History_Search
DROP TRIGGER IF EXISTS medimax_search_medical_history_delete;

-- drop update trigger of Medical_History_Search
DROP TRIGGER IF EXISTS medimax_search_medical_history_update;

-- drop insert trigger of Medical_History_Search
DROP TRIGGER IF EXISTS medimax_search_medical_history_insert;

-- drop word index Medical_History_Search
DROP TABLE IF EXISTS Medical_History_Search;

-- drop delete trigger of Patient_Search
DROP TRIGGER IF EXISTS medimax_search_patient_delete;

-- drop update trigger of Patient_Search
DROP TRIGGER IF EXISTS medimax_search_patient_update;

-- drop insert trigger of Patient_Search
DROP TRIGGER IF EXISTS medimax_search_patient_insert;

-- drop word index Patient_Search
DROP TABLE IF EXISTS Patient_Search;
