-- suits: 1
-- create table Scan
CREATE TABLE IF NOT EXISTS Scan (
    scan_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id  INTEGER NOT NULL CONSTRAINT fk_scan_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    doctor_id   INTEGER CONSTRAINT fk_scan_doctor REFERENCES Doctor (doctor_id),
    modality    TEXT COLLATE NOCASE NOT NULL CHECK (modality COLLATE BINARY IN ('mri', 'ct', 'x_ray', 'ultrasound', 'pet', 'spect', 'mammography', 'other')),
    body_part   TEXT COLLATE NOCASE CHECK (length(body_part) <= 255),
    scan_date   TEXT NOT NULL CHECK (scan_date IS date(scan_date, '+0 days')),
    file_path   TEXT COLLATE NOCASE CHECK (length(file_path) <= 1024),
    description TEXT COLLATE NOCASE,
    created_at  TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    updated_at  TEXT DEFAULT CURRENT_TIMESTAMP CHECK (updated_at IS datetime(updated_at, '+0 days'))
) STRICT;

-- index Scan by patient_id, scan_date
CREATE INDEX IF NOT EXISTS idx_scan_patient ON Scan (patient_id, scan_date);

-- index Scan by doctor_id, scan_date
CREATE INDEX IF NOT EXISTS idx_scan_doctor ON Scan (doctor_id, scan_date);

-- index Scan by scan_date
CREATE INDEX IF NOT EXISTS idx_scan_date ON Scan (scan_date);

-- index Scan by modality, scan_date
CREATE INDEX IF NOT EXISTS idx_scan_modality ON Scan (modality, scan_date);

-- feed inserted Scan rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_scan_insert AFTER INSERT ON Scan FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Scan rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_scan_update AFTER UPDATE ON Scan FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    INSERT INTO Change_Feed (owner, owner_id) SELECT 'Patient', OLD.patient_id WHERE OLD.patient_id <> NEW.patient_id;
END;

-- feed deleted Scan rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_scan_delete AFTER DELETE ON Scan FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;

-- create table Prediction
CREATE TABLE IF NOT EXISTS Prediction (
    prediction_id  INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id     INTEGER NOT NULL CONSTRAINT fk_prediction_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    scan_id        INTEGER CONSTRAINT fk_prediction_scan REFERENCES Scan (scan_id) ON DELETE SET NULL,
    history_id     INTEGER CONSTRAINT fk_prediction_history REFERENCES Medical_History (history_id) ON DELETE SET NULL,
    condition_name TEXT COLLATE NOCASE NOT NULL CHECK (length(condition_name) <= 255),
    label          TEXT COLLATE NOCASE NOT NULL CHECK (length(label) <= 255),
    stage          TEXT COLLATE NOCASE CHECK (length(stage) <= 100),
    probability    REAL,
    model_name     TEXT COLLATE NOCASE CHECK (length(model_name) <= 255),
    model_version  TEXT COLLATE NOCASE CHECK (length(model_version) <= 100),
    predicted_at   TEXT DEFAULT CURRENT_TIMESTAMP CHECK (predicted_at IS datetime(predicted_at, '+0 days')),
    notes          TEXT COLLATE NOCASE,
    created_at     TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    updated_at     TEXT DEFAULT CURRENT_TIMESTAMP CHECK (updated_at IS datetime(updated_at, '+0 days')),
    CONSTRAINT chk_prediction_probability CHECK (probability >= 0 AND probability <= 1)
) STRICT;

-- index Prediction by patient_id, predicted_at
CREATE INDEX IF NOT EXISTS idx_prediction_patient ON Prediction (patient_id, predicted_at);

-- index Prediction by scan_id
CREATE INDEX IF NOT EXISTS idx_prediction_scan ON Prediction (scan_id);

-- index Prediction by history_id
CREATE INDEX IF NOT EXISTS idx_prediction_history ON Prediction (history_id);

-- index Prediction by predicted_at
CREATE INDEX IF NOT EXISTS idx_prediction_time ON Prediction (predicted_at);

-- index Prediction by condition_name, predicted_at
CREATE INDEX IF NOT EXISTS idx_prediction_condition ON Prediction (condition_name, predicted_at);

-- feed inserted Prediction rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_prediction_insert AFTER INSERT ON Prediction FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Prediction rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_prediction_update AFTER UPDATE ON Prediction FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    INSERT INTO Change_Feed (owner, owner_id) SELECT 'Patient', OLD.patient_id WHERE OLD.patient_id <> NEW.patient_id;
END;

-- feed deleted Prediction rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_prediction_delete AFTER DELETE ON Prediction FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;
