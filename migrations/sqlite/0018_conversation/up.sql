-- suits: 1
-- create table Chat_Session
CREATE TABLE IF NOT EXISTS Chat_Session (
    chat_session_id       INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id            INTEGER NOT NULL CONSTRAINT fk_chat_session_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    session_uuid          TEXT COLLATE NOCASE CHECK (length(session_uuid) <= 36),
    session_name          TEXT COLLATE NOCASE CHECK (length(session_name) <= 255),
    symptoms_summary      TEXT COLLATE NOCASE,
    diagnosis_suggestions TEXT,
    severity_level        INTEGER,
    session_language      TEXT COLLATE NOCASE CHECK (length(session_language) <= 35),
    is_emergency          INTEGER DEFAULT 0 CHECK (is_emergency IN (0, 1)),
    follow_up_required    INTEGER DEFAULT 0 CHECK (follow_up_required IN (0, 1)),
    ended_at              TEXT CHECK (ended_at IS datetime(ended_at, '+0 days')),
    created_at            TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    updated_at            TEXT DEFAULT CURRENT_TIMESTAMP CHECK (updated_at IS datetime(updated_at, '+0 days')),
    CONSTRAINT uq_chat_session_uuid UNIQUE (session_uuid),
    CONSTRAINT chk_chat_session_suggestions CHECK (json_valid(diagnosis_suggestions)),
    CONSTRAINT chk_chat_session_severity CHECK (severity_level BETWEEN 1 AND 10)
) STRICT;

-- index Chat_Session by patient_id, created_at
CREATE INDEX IF NOT EXISTS idx_chat_session_patient ON Chat_Session (patient_id, created_at);

-- index Chat_Session by created_at
CREATE INDEX IF NOT EXISTS idx_chat_session_created ON Chat_Session (created_at);

-- keep updated_at of Chat_Session
CREATE TRIGGER IF NOT EXISTS medimax_chat_session_updated_at AFTER UPDATE ON Chat_Session FOR EACH ROW
WHEN NEW.updated_at IS OLD.updated_at AND OLD.updated_at IS NOT CURRENT_TIMESTAMP
BEGIN
    UPDATE Chat_Session SET updated_at = CURRENT_TIMESTAMP WHERE chat_session_id = NEW.chat_session_id;
END;

-- add Chat_History.chat_session_id: the session of the message
ALTER TABLE Chat_History ADD COLUMN chat_session_id INTEGER CONSTRAINT fk_chat_of_session REFERENCES Chat_Session (chat_session_id) ON DELETE SET NULL;

-- index Chat_History by chat_session_id, timestamp
CREATE INDEX IF NOT EXISTS idx_chat_of_session ON Chat_History (chat_session_id, timestamp);

-- add Chat_History.parent_message_id: the message that is answered
ALTER TABLE Chat_History ADD COLUMN parent_message_id INTEGER CONSTRAINT fk_chat_parent REFERENCES Chat_History (chat_id) ON DELETE SET NULL;

-- index Chat_History by parent_message_id
CREATE INDEX IF NOT EXISTS idx_chat_parent ON Chat_History (parent_message_id);

-- add Chat_History.content_type: what the message holds
ALTER TABLE Chat_History ADD COLUMN content_type TEXT COLLATE NOCASE CHECK (content_type COLLATE BINARY IN ('text', 'image', 'audio', 'ai_analysis'));

-- add Chat_History.metadata: what a program says of the message, as JSON
ALTER TABLE Chat_History ADD COLUMN metadata TEXT;

-- add Chat_History.ai_source: the program that wrote the message
ALTER TABLE Chat_History ADD COLUMN ai_source TEXT COLLATE NOCASE CHECK (length(ai_source) <= 50);

-- add Chat_History.confidence: how sure that program is
ALTER TABLE Chat_History ADD COLUMN confidence REAL;

-- add Chat_History.language: the language of the message
ALTER TABLE Chat_History ADD COLUMN language TEXT COLLATE NOCASE CHECK (length(language) <= 35);

-- add Chat_History.is_sensitive: whether the message is to be handled with more care than others
ALTER TABLE Chat_History ADD COLUMN is_sensitive INTEGER CHECK (is_sensitive IN (0, 1));

-- create table Attachment
CREATE TABLE IF NOT EXISTS Attachment (
    attachment_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id           INTEGER NOT NULL CONSTRAINT fk_attachment_message REFERENCES Chat_History (chat_id) ON DELETE CASCADE,
    original_filename TEXT COLLATE NOCASE NOT NULL CHECK (length(original_filename) <= 255),
    media_type        TEXT COLLATE NOCASE CHECK (length(media_type) <= 100),
    size_bytes        INTEGER,
    sha256            TEXT COLLATE NOCASE CHECK (length(sha256) <= 64),
    storage_key       TEXT COLLATE NOCASE CHECK (length(storage_key) <= 255),
    analysis_results  TEXT,
    is_processed      INTEGER DEFAULT 0 CHECK (is_processed IN (0, 1)),
    expires_at        TEXT CHECK (expires_at IS datetime(expires_at, '+0 days')),
    created_at        TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    CONSTRAINT chk_attachment_size CHECK (size_bytes >= 0),
    CONSTRAINT chk_attachment_sha256 CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
    CONSTRAINT chk_attachment_analysis CHECK (json_valid(analysis_results))
) STRICT;

-- index Attachment by chat_id
CREATE INDEX IF NOT EXISTS idx_attachment_message ON Attachment (chat_id);

-- create table AI_Analysis
CREATE TABLE IF NOT EXISTS AI_Analysis (
    analysis_id        INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id            INTEGER NOT NULL CONSTRAINT fk_analysis_message REFERENCES Chat_History (chat_id) ON DELETE CASCADE,
    ai_service         TEXT COLLATE NOCASE NOT NULL CHECK (length(ai_service) <= 50),
    input_data         TEXT,
    output_data        TEXT,
    processing_time_ms INTEGER,
    tokens_used        INTEGER,
    cost_micros        INTEGER,
    cost_currency      TEXT COLLATE NOCASE CHECK (length(cost_currency) <= 3),
    success            INTEGER DEFAULT 1 CHECK (success IN (0, 1)),
    error_message      TEXT COLLATE NOCASE,
    created_at         TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    CONSTRAINT chk_analysis_input CHECK (json_valid(input_data)),
    CONSTRAINT chk_analysis_output CHECK (json_valid(output_data)),
    CONSTRAINT chk_analysis_numbers CHECK (processing_time_ms >= 0 AND tokens_used >= 0 AND cost_micros >= 0)
) STRICT;

-- index AI_Analysis by chat_id
CREATE INDEX IF NOT EXISTS idx_analysis_message ON AI_Analysis (chat_id);

-- index AI_Analysis by created_at
CREATE INDEX IF NOT EXISTS idx_analysis_created ON AI_Analysis (created_at);
