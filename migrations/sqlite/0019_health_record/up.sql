-- suits: 1
-- create table Health_Record
CREATE TABLE IF NOT EXISTS Health_Record (
    health_record_id INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id       INTEGER NOT NULL CONSTRAINT fk_health_record_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    chat_session_id  INTEGER CONSTRAINT fk_health_record_session REFERENCES Chat_Session (chat_session_id) ON DELETE SET NULL,
    record_type      TEXT COLLATE NOCASE NOT NULL CHECK (record_type COLLATE BINARY IN ('symptom', 'diagnosis', 'medication', 'vital_signs')),
    record_data      TEXT NOT NULL,
    severity         INTEGER,
    recorded_at      TEXT DEFAULT CURRENT_TIMESTAMP CHECK (recorded_at IS datetime(recorded_at, '+0 days')),
    source           TEXT COLLATE NOCASE CHECK (source COLLATE BINARY IN ('ai_analysis', 'user_input', 'manual', 'device')),
    confidence       REAL,
    is_verified      INTEGER DEFAULT 0 CHECK (is_verified IN (0, 1)),
    verified_at      TEXT CHECK (verified_at IS datetime(verified_at, '+0 days')),
    notes            TEXT COLLATE NOCASE,
    CONSTRAINT chk_health_record_data CHECK (json_valid(record_data)),
    CONSTRAINT chk_health_record_severity CHECK (severity BETWEEN 1 AND 10),
    CONSTRAINT chk_health_record_confidence CHECK (confidence BETWEEN 0 AND 1)
) STRICT;

-- index Health_Record by patient_id, record_type, recorded_at
CREATE INDEX IF NOT EXISTS idx_health_record_patient ON Health_Record (patient_id, record_type, recorded_at);

-- index Health_Record by chat_session_id
CREATE INDEX IF NOT EXISTS idx_health_record_session ON Health_Record (chat_session_id);

-- index Health_Record by record_type, recorded_at
CREATE INDEX IF NOT EXISTS idx_health_record_type ON Health_Record (record_type, recorded_at);

-- index Health_Record by recorded_at
CREATE INDEX IF NOT EXISTS idx_health_record_recorded ON Health_Record (recorded_at);
