-- suits: 1
-- create table Chat_Session
CREATE TABLE IF NOT EXISTS Chat_Session (
    chat_session_id       INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id            INT NOT NULL,
    session_uuid          CHAR(36) NULL,
    session_name          VARCHAR(255) NULL,
    symptoms_summary      TEXT NULL,
    diagnosis_suggestions TEXT NULL,
    severity_level        INT NULL,
    session_language      VARCHAR(35) NULL,
    is_emergency          TINYINT(1) NULL DEFAULT 0,
    follow_up_required    TINYINT(1) NULL DEFAULT 0,
    ended_at              TIMESTAMP NULL,
    created_at            TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at            TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    CONSTRAINT uq_chat_session_uuid UNIQUE (session_uuid),
    CONSTRAINT chk_chat_session_suggestions CHECK (JSON_VALID(diagnosis_suggestions)),
    CONSTRAINT chk_chat_session_severity CHECK (severity_level BETWEEN 1 AND 10),
    CONSTRAINT fk_chat_session_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- index Chat_Session by patient_id, created_at
CREATE INDEX IF NOT EXISTS idx_chat_session_patient ON Chat_Session (patient_id, created_at);

-- index Chat_Session by created_at
CREATE INDEX IF NOT EXISTS idx_chat_session_created ON Chat_Session (created_at);

-- add Chat_History.chat_session_id: the session of the message
SET STATEMENT foreign_key_checks = 0 FOR ALTER TABLE Chat_History ADD COLUMN IF NOT EXISTS chat_session_id INT NULL INVISIBLE,
    ADD INDEX IF NOT EXISTS idx_chat_of_session (chat_session_id, timestamp),
    ADD CONSTRAINT fk_chat_of_session FOREIGN KEY IF NOT EXISTS (chat_session_id) REFERENCES Chat_Session (chat_session_id) ON DELETE SET NULL,
    ALGORITHM = INPLACE, LOCK = NONE;

-- add Chat_History.parent_message_id: the message that is answered
SET STATEMENT foreign_key_checks = 0 FOR ALTER TABLE Chat_History ADD COLUMN IF NOT EXISTS parent_message_id INT NULL INVISIBLE,
    ADD INDEX IF NOT EXISTS idx_chat_parent (parent_message_id),
    ADD CONSTRAINT fk_chat_parent FOREIGN KEY IF NOT EXISTS (parent_message_id) REFERENCES Chat_History (chat_id) ON DELETE SET NULL,
    ALGORITHM = INPLACE, LOCK = NONE;

-- add Chat_History.content_type: what the message holds
ALTER TABLE Chat_History ADD COLUMN IF NOT EXISTS content_type ENUM('text', 'image', 'audio', 'ai_analysis') NULL INVISIBLE,
    ALGORITHM = INPLACE, LOCK = NONE;

-- add Chat_History.metadata: what a program says of the message, as JSON
ALTER TABLE Chat_History ADD COLUMN IF NOT EXISTS metadata TEXT NULL INVISIBLE, ALGORITHM = INPLACE, LOCK = NONE;

-- add Chat_History.ai_source: the program that wrote the message
ALTER TABLE Chat_History ADD COLUMN IF NOT EXISTS ai_source VARCHAR(50) NULL INVISIBLE, ALGORITHM = INPLACE, LOCK = NONE;

-- add Chat_History.confidence: how sure that program is
ALTER TABLE Chat_History ADD COLUMN IF NOT EXISTS confidence DECIMAL(3,2) NULL INVISIBLE, ALGORITHM = INPLACE, LOCK = NONE;

-- add Chat_History.language: the language of the message
ALTER TABLE Chat_History ADD COLUMN IF NOT EXISTS language VARCHAR(35) NULL INVISIBLE, ALGORITHM = INPLACE, LOCK = NONE;

-- add Chat_History.is_sensitive: whether the message is to be handled with more care than others
ALTER TABLE Chat_History ADD COLUMN IF NOT EXISTS is_sensitive TINYINT(1) NULL INVISIBLE, ALGORITHM = INPLACE, LOCK = NONE;

-- create table Attachment
CREATE TABLE IF NOT EXISTS Attachment (
    attachment_id     INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    chat_id           INT NOT NULL,
    original_filename VARCHAR(255) NOT NULL,
    media_type        VARCHAR(100) NULL,
    size_bytes        BIGINT NULL,
    sha256            VARCHAR(64) NULL,
    storage_key       VARCHAR(255) NULL,
    analysis_results  TEXT NULL,
    is_processed      TINYINT(1) NULL DEFAULT 0,
    expires_at        TIMESTAMP NULL,
    created_at        TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT chk_attachment_size CHECK (size_bytes >= 0),
    CONSTRAINT chk_attachment_sha256 CHECK (sha256 REGEXP '^[0-9a-f]{64}$'),
    CONSTRAINT chk_attachment_analysis CHECK (JSON_VALID(analysis_results)),
    CONSTRAINT fk_attachment_message FOREIGN KEY (chat_id) REFERENCES Chat_History (chat_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- index Attachment by chat_id
CREATE INDEX IF NOT EXISTS idx_attachment_message ON Attachment (chat_id);

-- create table AI_Analysis
CREATE TABLE IF NOT EXISTS AI_Analysis (
    analysis_id        INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    chat_id            INT NOT NULL,
    ai_service         VARCHAR(50) NOT NULL,
    input_data         TEXT NULL,
    output_data        TEXT NULL,
    processing_time_ms BIGINT NULL,
    tokens_used        BIGINT NULL,
    cost_micros        BIGINT NULL,
    cost_currency      VARCHAR(3) NULL,
    success            TINYINT(1) NULL DEFAULT 1,
    error_message      TEXT NULL,
    created_at         TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT chk_analysis_input CHECK (JSON_VALID(input_data)),
    CONSTRAINT chk_analysis_output CHECK (JSON_VALID(output_data)),
    CONSTRAINT chk_analysis_numbers CHECK (processing_time_ms >= 0 AND tokens_used >= 0 AND cost_micros >= 0),
    CONSTRAINT fk_analysis_message FOREIGN KEY (chat_id) REFERENCES Chat_History (chat_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- index AI_Analysis by chat_id
CREATE INDEX IF NOT EXISTS idx_analysis_message ON AI_Analysis (chat_id);

-- index AI_Analysis by created_at
CREATE INDEX IF NOT EXISTS idx_analysis_created ON AI_Analysis (created_at);
