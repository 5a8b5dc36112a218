-- suits: 1
-- create table Scan
CREATE TABLE IF NOT EXISTS Scan (
    scan_id     INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id  INT NOT NULL,
    doctor_id   INT NULL,
    modality    ENUM('mri', 'ct', 'x_ray', 'ultrasound', 'pet', 'spect', 'mammography', 'other') NOT NULL,
    body_part   VARCHAR(255) NULL,
    scan_date   DATE NOT NULL,
    file_path   VARCHAR(1024) NULL,
    description TEXT NULL,
    created_at  TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at  TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    CONSTRAINT fk_scan_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE,
    CONSTRAINT fk_scan_doctor FOREIGN KEY (doctor_id) REFERENCES Doctor (doctor_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- index Scan by patient_id, scan_date
CREATE INDEX IF NOT EXISTS idx_scan_patient ON Scan (patient_id, scan_date);

-- index Scan by doctor_id, scan_date
CREATE INDEX IF NOT EXISTS idx_scan_doctor ON Scan (doctor_id, scan_date);

-- index Scan by scan_date
CREATE INDEX IF NOT EXISTS idx_scan_date ON Scan (scan_date);

-- index Scan by modality, scan_date
CREATE INDEX IF NOT EXISTS idx_scan_modality ON Scan (modality, scan_date);

-- feed inserted Scan rows
CREATE OR REPLACE TRIGGER medimax_feed_scan_insert AFTER INSERT ON Scan FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Scan rows
CREATE OR REPLACE TRIGGER medimax_feed_scan_update AFTER UPDATE ON Scan FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    IF OLD.patient_id <> NEW.patient_id THEN
        INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
    END IF;
END;

-- feed deleted Scan rows
CREATE OR REPLACE TRIGGER medimax_feed_scan_delete AFTER DELETE ON Scan FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;

-- create table Prediction
CREATE TABLE IF NOT EXISTS Prediction (
    prediction_id  INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id     INT NOT NULL,
    scan_id        INT NULL,
    history_id     INT NULL,
    condition_name VARCHAR(255) NOT NULL,
    label          VARCHAR(255) NOT NULL,
    stage          VARCHAR(100) NULL,
    probability    DECIMAL(5,4) NULL,
    model_name     VARCHAR(255) NULL,
    model_version  VARCHAR(100) NULL,
    predicted_at   TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    notes          TEXT NULL,
    created_at     TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at     TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    CONSTRAINT chk_prediction_probability CHECK (probability >= 0 AND probability <= 1),
    CONSTRAINT fk_prediction_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE,
    CONSTRAINT fk_prediction_scan FOREIGN KEY (scan_id) REFERENCES Scan (scan_id) ON DELETE SET NULL,
    CONSTRAINT fk_prediction_history FOREIGN KEY (history_id) REFERENCES Medical_History (history_id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

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
CREATE OR REPLACE TRIGGER medimax_feed_prediction_insert AFTER INSERT ON Prediction FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
END;

-- feed updated Prediction rows
CREATE OR REPLACE TRIGGER medimax_feed_prediction_update AFTER UPDATE ON Prediction FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', NEW.patient_id);
    IF OLD.patient_id <> NEW.patient_id THEN
        INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
    END IF;
END;

-- feed deleted Prediction rows
CREATE OR REPLACE TRIGGER medimax_feed_prediction_delete AFTER DELETE ON Prediction FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Patient', OLD.patient_id);
END;
