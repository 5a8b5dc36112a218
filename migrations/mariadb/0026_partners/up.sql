-- suits: 1
-- create table Partner: who outside the hospital gets patients' data
CREATE TABLE IF NOT EXISTS Partner (
    partner_id  INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name        VARCHAR(255) NOT NULL,
    description TEXT NULL,
    email       VARCHAR(254) NULL,
    privacy_url VARCHAR(500) NULL,
    CONSTRAINT uq_partner_name UNIQUE (name),
    CONSTRAINT chk_partner_name CHECK (CHAR_LENGTH(TRIM(name)) > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Patient_Consent: which partner may read a patient's record, and what for
CREATE TABLE IF NOT EXISTS Patient_Consent (
    consent_id   INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id   INT NOT NULL,
    partner_id   INT NOT NULL,
    purpose      ENUM('treatment', 'second_opinion', 'insurance', 'research', 'personal_use') NOT NULL,
    since        DATE NULL,
    until        DATE NULL,
    evidence     TEXT NULL,
    given_at     TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    withdrawn_at TIMESTAMP NULL DEFAULT NULL,
    created_at   TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at   TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    uq_open      TINYINT GENERATED ALWAYS AS (CASE WHEN withdrawn_at IS NULL THEN 1 END) VIRTUAL INVISIBLE,
    CONSTRAINT chk_patient_consent_order CHECK (until >= since),
    CONSTRAINT uq_patient_consent_open UNIQUE (patient_id, partner_id, purpose, uq_open),
    CONSTRAINT fk_patient_consent_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE,
    CONSTRAINT fk_patient_consent_partner FOREIGN KEY (partner_id) REFERENCES Partner (partner_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- index Patient_Consent by partner_id, purpose, patient_id
CREATE INDEX IF NOT EXISTS idx_patient_consent_partner ON Patient_Consent (partner_id, purpose, patient_id);

-- index Patient_Consent by since
CREATE INDEX IF NOT EXISTS idx_patient_consent_since ON Patient_Consent (since);

-- create table Api_Client: the programs of partners, what each reads and what for
CREATE TABLE IF NOT EXISTS Api_Client (
    client_id           INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name                VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    partner_id          INT NOT NULL,
    purpose             ENUM('treatment', 'second_opinion', 'insurance', 'research', 'personal_use') NOT NULL,
    read_types          TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    requests_per_minute INT NULL,
    is_demo             TINYINT(1) NOT NULL DEFAULT 0,
    created_ms          BIGINT NOT NULL,
    revoked_ms          BIGINT NULL,
    CONSTRAINT uq_api_client_name UNIQUE (name),
    CONSTRAINT fk_api_client_partner FOREIGN KEY (partner_id) REFERENCES Partner (partner_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Api_Key: digests of the keys that programs of partners send
CREATE TABLE IF NOT EXISTS Api_Key (
    key_id       INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    client_id    INT NOT NULL,
    begins       CHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    digest       CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_ms   BIGINT NOT NULL,
    expires_ms   BIGINT NOT NULL,
    last_used_ms BIGINT NULL,
    KEY idx_api_key_expires (expires_ms),
    CONSTRAINT uq_api_key_digest UNIQUE (digest),
    CONSTRAINT fk_api_key_client FOREIGN KEY (client_id) REFERENCES Api_Client (client_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
