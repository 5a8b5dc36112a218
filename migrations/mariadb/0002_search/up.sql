-- suits: 1
-- create word table Patient_Search
CREATE TABLE IF NOT EXISTS Patient_Search (
    word       VARCHAR(64) NOT NULL,
    patient_id INT NOT NULL,
    PRIMARY KEY (word, patient_id),
    KEY idx_patient_search_owner (patient_id),
    CONSTRAINT fk_patient_search FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- keep words of inserted Patient rows
CREATE OR REPLACE TRIGGER medimax_search_patient_insert AFTER INSERT ON Patient FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT IGNORE INTO Patient_Search (word, patient_id)
    SELECT DISTINCT LEFT(w.word, 64), NEW.patient_id
    FROM JSON_TABLE(
        CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(NEW.name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
        '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
    ) w
    WHERE w.word <> '';
END;

-- keep words of updated Patient rows
CREATE OR REPLACE TRIGGER medimax_search_patient_update AFTER UPDATE ON Patient FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    IF NOT (BINARY NEW.name <=> BINARY OLD.name) THEN
        DELETE s
        FROM JSON_TABLE(
            CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(OLD.name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
            '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
        ) w
        STRAIGHT_JOIN Patient_Search s ON s.word = LEFT(w.word, 64) AND s.patient_id = NEW.patient_id;
        INSERT IGNORE INTO Patient_Search (word, patient_id)
        SELECT DISTINCT LEFT(w.word, 64), NEW.patient_id
        FROM JSON_TABLE(
            CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(NEW.name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
            '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
        ) w
        WHERE w.word <> '';
    END IF;
END;

-- index words of existing Patient rows
INSERT IGNORE INTO Patient_Search (word, patient_id)
SELECT LEFT(w.word, 64), t.patient_id
FROM Patient t
CROSS JOIN JSON_TABLE(
    CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(t.name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
    '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
) w
WHERE w.word <> '';

-- create word table Medical_History_Search
CREATE TABLE IF NOT EXISTS Medical_History_Search (
    word       VARCHAR(64) NOT NULL,
    history_id INT NOT NULL,
    PRIMARY KEY (word, history_id),
    KEY idx_medical_history_search_owner (history_id),
    CONSTRAINT fk_medical_history_search FOREIGN KEY (history_id) REFERENCES Medical_History (history_id) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- keep words of inserted Medical_History rows
CREATE OR REPLACE TRIGGER medimax_search_medical_history_insert AFTER INSERT ON Medical_History FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT IGNORE INTO Medical_History_Search (word, history_id)
    SELECT DISTINCT LEFT(w.word, 64), NEW.history_id
    FROM JSON_TABLE(
        CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(NEW.history_item, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
        '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
    ) w
    WHERE w.word <> '';
END;

-- keep words of updated Medical_History rows
CREATE OR REPLACE TRIGGER medimax_search_medical_history_update AFTER UPDATE ON Medical_History FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    IF NOT (BINARY NEW.history_item <=> BINARY OLD.history_item) THEN
        DELETE s
        FROM JSON_TABLE(
            CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(OLD.history_item, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
            '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
        ) w
        STRAIGHT_JOIN Medical_History_Search s ON s.word = LEFT(w.word, 64) AND s.history_id = NEW.history_id;
        INSERT IGNORE INTO Medical_History_Search (word, history_id)
        SELECT DISTINCT LEFT(w.word, 64), NEW.history_id
        FROM JSON_TABLE(
            CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(NEW.history_item, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
            '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
        ) w
        WHERE w.word <> '';
    END IF;
END;

-- index words of existing Medical_History rows
INSERT IGNORE INTO Medical_History_Search (word, history_id)
SELECT LEFT(w.word, 64), t.history_id
FROM Medical_History t
CROSS JOIN JSON_TABLE(
    CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(t.history_item, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
    '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
) w
WHERE w.word <> '';

-- create word table Medication_Search
CREATE TABLE IF NOT EXISTS Medication_Search (
    word       VARCHAR(64) NOT NULL,
    medication_id INT NOT NULL,
    PRIMARY KEY (word, medication_id),
    KEY idx_medication_search_owner (medication_id),
    CONSTRAINT fk_medication_search FOREIGN KEY (medication_id) REFERENCES Medication (medication_id) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- keep words of inserted Medication rows
CREATE OR REPLACE TRIGGER medimax_search_medication_insert AFTER INSERT ON Medication FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT IGNORE INTO Medication_Search (word, medication_id)
    SELECT DISTINCT LEFT(w.word, 64), NEW.medication_id
    FROM JSON_TABLE(
        CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(NEW.medicine_name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
        '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
    ) w
    WHERE w.word <> '';
END;

-- keep words of updated Medication rows
CREATE OR REPLACE TRIGGER medimax_search_medication_update AFTER UPDATE ON Medication FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    IF NOT (BINARY NEW.medicine_name <=> BINARY OLD.medicine_name) THEN
        DELETE s
        FROM JSON_TABLE(
            CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(OLD.medicine_name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
            '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
        ) w
        STRAIGHT_JOIN Medication_Search s ON s.word = LEFT(w.word, 64) AND s.medication_id = NEW.medication_id;
        INSERT IGNORE INTO Medication_Search (word, medication_id)
        SELECT DISTINCT LEFT(w.word, 64), NEW.medication_id
        FROM JSON_TABLE(
            CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(NEW.medicine_name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
            '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
        ) w
        WHERE w.word <> '';
    END IF;
END;

-- index words of existing Medication rows
INSERT IGNORE INTO Medication_Search (word, medication_id)
SELECT LEFT(w.word, 64), t.medication_id
FROM Medication t
CROSS JOIN JSON_TABLE(
    CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(t.medicine_name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
    '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
) w
WHERE w.word <> '';

-- create word table Appointment_Symptom_Search
CREATE TABLE IF NOT EXISTS Appointment_Symptom_Search (
    word       VARCHAR(64) NOT NULL,
    symptom_id INT NOT NULL,
    PRIMARY KEY (word, symptom_id),
    KEY idx_appointment_symptom_search_owner (symptom_id),
    CONSTRAINT fk_appointment_symptom_search FOREIGN KEY (symptom_id) REFERENCES Appointment_Symptom (symptom_id) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- keep words of inserted Appointment_Symptom rows
CREATE OR REPLACE TRIGGER medimax_search_appointment_symptom_insert AFTER INSERT ON Appointment_Symptom FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT IGNORE INTO Appointment_Symptom_Search (word, symptom_id)
    SELECT DISTINCT LEFT(w.word, 64), NEW.symptom_id
    FROM JSON_TABLE(
        CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(NEW.symptom_name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
        '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
    ) w
    WHERE w.word <> '';
END;

-- keep words of updated Appointment_Symptom rows
CREATE OR REPLACE TRIGGER medimax_search_appointment_symptom_update AFTER UPDATE ON Appointment_Symptom FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    IF NOT (BINARY NEW.symptom_name <=> BINARY OLD.symptom_name) THEN
        DELETE s
        FROM JSON_TABLE(
            CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(OLD.symptom_name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
            '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
        ) w
        STRAIGHT_JOIN Appointment_Symptom_Search s ON s.word = LEFT(w.word, 64) AND s.symptom_id = NEW.symptom_id;
        INSERT IGNORE INTO Appointment_Symptom_Search (word, symptom_id)
        SELECT DISTINCT LEFT(w.word, 64), NEW.symptom_id
        FROM JSON_TABLE(
            CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(NEW.symptom_name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
            '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
        ) w
        WHERE w.word <> '';
    END IF;
END;

-- index words of existing Appointment_Symptom rows
INSERT IGNORE INTO Appointment_Symptom_Search (word, symptom_id)
SELECT LEFT(w.word, 64), t.symptom_id
FROM Appointment_Symptom t
CROSS JOIN JSON_TABLE(
    CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(t.symptom_name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
    '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
) w
WHERE w.word <> '';
