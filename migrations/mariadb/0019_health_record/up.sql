-- suits: 1
-- create table Health_Record
CREATE TABLE IF NOT EXISTS Health_Record (
    health_record_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id       INT NOT NULL,
    chat_session_id  INT NULL,
    record_type      ENUM('symptom', 'diagnosis', 'medication', 'vital_signs') NOT NULL,
    record_data      TEXT NOT NULL,
    severity         INT NULL,
    recorded_at      TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    source           ENUM('ai_analysis', 'user_input', 'manual', 'device') NULL,
    confidence       DECIMAL(3,2) NULL,
    is_verified      TINYINT(1) NULL DEFAULT 0,
    verified_at      TIMESTAMP NULL,
    notes            TEXT NULL,
    CONSTRAINT chk_health_record_data CHECK (JSON_VALID(record_data)),
    CONSTRAINT chk_health_record_severity CHECK (severity BETWEEN 1 AND 10),
    CONSTRAINT chk_health_record_confidence CHECK (confidence BETWEEN 0 AND 1),
    CONSTRAINT fk_health_record_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE,
    CONSTRAINT fk_health_record_session FOREIGN KEY (chat_session_id) REFERENCES Chat_Session (chat_session_id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- index Health_Record by patient_id, record_type, recorded_at
CREATE INDEX IF NOT EXISTS idx_health_record_patient ON Health_Record (patient_id, record_type, recorded_at);

-- index Health_Record by chat_session_id
CREATE INDEX IF NOT EXISTS idx_health_record_session ON Health_Record (chat_session_id);

-- index Health_Record by record_type, recorded_at
CREATE INDEX IF NOT EXISTS idx_health_record_type ON Health_Record (record_type, recorded_at);

-- index Health_Record by recorded_at
CREATE INDEX IF NOT EXISTS idx_health_record_recorded ON Health_Record (recorded_at);
