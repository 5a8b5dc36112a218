-- suits: 1
-- create word index Patient_Search
CREATE VIRTUAL TABLE IF NOT EXISTS Patient_Search USING fts5 (
    name,
    content = 'Patient',
    content_rowid = 'patient_id',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* M*'",
    prefix = '2 3'
);

-- keep words of inserted Patient rows
CREATE TRIGGER IF NOT EXISTS medimax_search_patient_insert AFTER INSERT ON Patient FOR EACH ROW
BEGIN
    INSERT INTO Patient_Search (rowid, name) VALUES (NEW.patient_id, NEW.name);
END;

-- keep words of updated Patient rows
CREATE TRIGGER IF NOT EXISTS medimax_search_patient_update AFTER UPDATE OF patient_id, name ON Patient FOR EACH ROW
WHEN NEW.patient_id <> OLD.patient_id OR NEW.name <> OLD.name COLLATE BINARY
BEGIN
    INSERT INTO Patient_Search (Patient_Search, rowid, name) VALUES ('delete', OLD.patient_id, OLD.name);
    INSERT INTO Patient_Search (rowid, name) VALUES (NEW.patient_id, NEW.name);
END;

-- keep words of deleted Patient rows
CREATE TRIGGER IF NOT EXISTS medimax_search_patient_delete AFTER DELETE ON Patient FOR EACH ROW
BEGIN
    INSERT INTO Patient_Search (Patient_Search, rowid, name) VALUES ('delete', OLD.patient_id, OLD.name);
END;

-- index words of existing Patient rows
INSERT INTO Patient_Search (Patient_Search) VALUES ('rebuild');

-- create word index Medical_History_Search
CREATE VIRTUAL TABLE IF NOT EXISTS Medical_History_Search USING fts5 (
    history_item,
    content = 'Medical_History',
    content_rowid = 'history_id',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* M*'",
    prefix = '2 3'
);

-- keep words of inserted Medical_History rows
CREATE TRIGGER IF NOT EXISTS medimax_search_medical_history_insert AFTER INSERT ON Medical_History FOR EACH ROW
BEGIN
    INSERT INTO Medical_History_Search (rowid, history_item) VALUES (NEW.history_id, NEW.history_item);
END;

-- keep words of updated Medical_History rows
CREATE TRIGGER IF NOT EXISTS medimax_search_medical_history_update AFTER UPDATE OF history_id, history_item ON Medical_History FOR EACH ROW
WHEN NEW.history_id <> OLD.history_id OR NEW.history_item <> OLD.history_item COLLATE BINARY
BEGIN
    INSERT INTO Medical_History_Search (Medical_History_Search, rowid, history_item) VALUES ('delete', OLD.history_id, OLD.history_item);
    INSERT INTO Medical_History_Search (rowid, history_item) VALUES (NEW.history_id, NEW.history_item);
END;

-- keep words of deleted Medical_History rows
CREATE TRIGGER IF NOT EXISTS medimax_search_medical_history_delete AFTER DELETE ON Medical_History FOR EACH ROW
BEGIN
    INSERT INTO Medical_History_Search (Medical_History_Search, rowid, history_item) VALUES ('delete', OLD.history_id, OLD.history_item);
END;

-- index words of existing Medical_History rows
INSERT INTO Medical_History_Search (Medical_History_Search) VALUES ('rebuild');

-- create word index Medication_Search
CREATE VIRTUAL TABLE IF NOT EXISTS Medication_Search USING fts5 (
    medicine_name,
    content = 'Medication',
    content_rowid = 'medication_id',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* M*'",
    prefix = '2 3'
);

-- keep words of inserted Medication rows
CREATE TRIGGER IF NOT EXISTS medimax_search_medication_insert AFTER INSERT ON Medication FOR EACH ROW
BEGIN
    INSERT INTO Medication_Search (rowid, medicine_name) VALUES (NEW.medication_id, NEW.medicine_name);
END;

-- keep words of updated Medication rows
CREATE TRIGGER IF NOT EXISTS medimax_search_medication_update AFTER UPDATE OF medication_id, medicine_name ON Medication FOR EACH ROW
WHEN NEW.medication_id <> OLD.medication_id OR NEW.medicine_name <> OLD.medicine_name COLLATE BINARY
BEGIN
    INSERT INTO Medication_Search (Medication_Search, rowid, medicine_name) VALUES ('delete', OLD.medication_id, OLD.medicine_name);
    INSERT INTO Medication_Search (rowid, medicine_name) VALUES (NEW.medication_id, NEW.medicine_name);
END;

-- keep words of deleted Medication rows
CREATE TRIGGER IF NOT EXISTS medimax_search_medication_delete AFTER DELETE ON Medication FOR EACH ROW
BEGIN
    INSERT INTO Medication_Search (Medication_Search, rowid, medicine_name) VALUES ('delete', OLD.medication_id, OLD.medicine_name);
END;

-- index words of existing Medication rows
INSERT INTO Medication_Search (Medication_Search) VALUES ('rebuild');

-- create word index Appointment_Symptom_Search
CREATE VIRTUAL TABLE IF NOT EXISTS Appointment_Symptom_Search USING fts5 (
    symptom_name,
    content = 'Appointment_Symptom',
    content_rowid = 'symptom_id',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* M*'",
    prefix = '2 3'
);

-- keep words of inserted Appointment_Symptom rows
CREATE TRIGGER IF NOT EXISTS medimax_search_appointment_symptom_insert AFTER INSERT ON Appointment_Symptom FOR EACH ROW
BEGIN
    INSERT INTO Appointment_Symptom_Search (rowid, symptom_name) VALUES (NEW.symptom_id, NEW.symptom_name);
END;

-- keep words of updated Appointment_Symptom rows
CREATE TRIGGER IF NOT EXISTS medimax_search_appointment_symptom_update AFTER UPDATE OF symptom_id, symptom_name ON Appointment_Symptom FOR EACH ROW
WHEN NEW.symptom_id <> OLD.symptom_id OR NEW.symptom_name <> OLD.symptom_name COLLATE BINARY
BEGIN
    INSERT INTO Appointment_Symptom_Search (Appointment_Symptom_Search, rowid, symptom_name) VALUES ('delete', OLD.symptom_id, OLD.symptom_name);
    INSERT INTO Appointment_Symptom_Search (rowid, symptom_name) VALUES (NEW.symptom_id, NEW.symptom_name);
END;

-- keep words of deleted Appointment_Symptom rows
CREATE TRIGGER IF NOT EXISTS medimax_search_appointment_symptom_delete AFTER DELETE ON Appointment_Symptom FOR EACH ROW
BEGIN
    INSERT INTO Appointment_Symptom_Search (Appointment_Symptom_Search, rowid, symptom_name) VALUES ('delete', OLD.symptom_id, OLD.symptom_name);
END;

-- index words of existing Appointment_Symptom rows
INSERT INTO Appointment_Symptom_Search (Appointment_Symptom_Search) VALUES ('rebuild');
