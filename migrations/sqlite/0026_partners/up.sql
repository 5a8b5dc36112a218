-- suits: 1
-- create table Partner: who outside the hospital gets patients' data
CREATE TABLE IF NOT EXISTS Partner (
    partner_id  INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT COLLATE NOCASE NOT NULL CHECK (length(name) <= 255),
    description TEXT COLLATE NOCASE,
    email       TEXT COLLATE NOCASE CHECK (length(email) <= 254),
    privacy_url TEXT COLLATE NOCASE CHECK (length(privacy_url) <= 500),
    CONSTRAINT uq_partner_name UNIQUE (name),
    CONSTRAINT chk_partner_name CHECK (length(trim(name)) > 0)
) STRICT;

-- create table Patient_Consent: which partner may read a patient's record, and what for
CREATE TABLE IF NOT EXISTS Patient_Consent (
    consent_id   INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id   INTEGER NOT NULL CONSTRAINT fk_patient_consent_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    partner_id   INTEGER NOT NULL CONSTRAINT fk_patient_consent_partner REFERENCES Partner (partner_id),
    purpose      TEXT COLLATE NOCASE NOT NULL CHECK (purpose COLLATE BINARY IN ('treatment', 'second_opinion', 'insurance', 'research', 'personal_use')),
    since        TEXT CHECK (since IS date(since, '+0 days')),
    until        TEXT CHECK (until IS date(until, '+0 days')),
    evidence     TEXT COLLATE NOCASE,
    given_at     TEXT DEFAULT CURRENT_TIMESTAMP CHECK (given_at IS datetime(given_at, '+0 days')),
    withdrawn_at TEXT CHECK (withdrawn_at IS datetime(withdrawn_at, '+0 days')),
    created_at   TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    updated_at   TEXT DEFAULT CURRENT_TIMESTAMP CHECK (updated_at IS datetime(updated_at, '+0 days')),
    CONSTRAINT chk_patient_consent_order CHECK (until >= since)
) STRICT;

-- index Patient_Consent by patient_id, partner_id, purpose, once while it is not withdrawn
CREATE UNIQUE INDEX IF NOT EXISTS uq_patient_consent_open ON Patient_Consent (patient_id, partner_id, purpose)
    WHERE withdrawn_at IS NULL;

-- index Patient_Consent by patient_id
CREATE INDEX IF NOT EXISTS idx_patient_consent_patient ON Patient_Consent (patient_id);

-- index Patient_Consent by partner_id, purpose, patient_id
CREATE INDEX IF NOT EXISTS idx_patient_consent_partner ON Patient_Consent (partner_id, purpose, patient_id);

-- index Patient_Consent by since
CREATE INDEX IF NOT EXISTS idx_patient_consent_since ON Patient_Consent (since);

-- keep updated_at of Patient_Consent
CREATE TRIGGER IF NOT EXISTS medimax_patient_consent_updated_at AFTER UPDATE ON Patient_Consent FOR EACH ROW
WHEN NEW.updated_at IS OLD.updated_at AND OLD.updated_at IS NOT CURRENT_TIMESTAMP
BEGIN
    UPDATE Patient_Consent SET updated_at = CURRENT_TIMESTAMP WHERE consent_id = NEW.consent_id;
END;

-- create table Api_Client: the programs of partners, what each reads and what for
CREATE TABLE IF NOT EXISTS Api_Client (
    client_id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name                TEXT NOT NULL CONSTRAINT uq_api_client_name UNIQUE CHECK (length(name) <= 100),
    partner_id          INTEGER NOT NULL CONSTRAINT fk_api_client_partner REFERENCES Partner (partner_id),
    purpose             TEXT NOT NULL CHECK (purpose IN ('treatment', 'second_opinion', 'insurance', 'research', 'personal_use')),
    read_types          TEXT NOT NULL,
    requests_per_minute INTEGER,
    is_demo             INTEGER NOT NULL DEFAULT 0 CHECK (is_demo IN (0, 1)),
    created_ms          INTEGER NOT NULL,
    revoked_ms          INTEGER
) STRICT;

-- index Api_Client by partner_id
CREATE INDEX IF NOT EXISTS idx_api_client_partner ON Api_Client (partner_id);

-- create table Api_Key: digests of the keys that programs of partners send
CREATE TABLE IF NOT EXISTS Api_Key (
    key_id       INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id    INTEGER NOT NULL CONSTRAINT fk_api_key_client REFERENCES Api_Client (client_id) ON DELETE CASCADE,
    begins       TEXT NOT NULL CHECK (length(begins) <= 12),
    digest       TEXT NOT NULL CONSTRAINT uq_api_key_digest UNIQUE CHECK (length(digest) = 64),
    created_ms   INTEGER NOT NULL,
    expires_ms   INTEGER NOT NULL,
    last_used_ms INTEGER
) STRICT;

-- index Api_Key by client_id
CREATE INDEX IF NOT EXISTS idx_api_key_client ON Api_Key (client_id);

-- index Api_Key by expires_ms
CREATE INDEX IF NOT EXISTS idx_api_key_expires ON Api_Key (expires_ms);
