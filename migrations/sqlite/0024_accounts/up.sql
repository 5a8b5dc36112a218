-- suits: 1
-- create table User_Account: who may log in, and as what
CREATE TABLE IF NOT EXISTS User_Account (
    account_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    email         TEXT NOT NULL CHECK (length(email) <= 254),
    email_folded  TEXT NOT NULL CONSTRAINT uq_user_account_email UNIQUE CHECK (length(email_folded) <= 254),
    name          TEXT COLLATE NOCASE CHECK (length(name) <= 255),
    role          TEXT NOT NULL CHECK (role IN ('admin', 'clinician', 'patient')),
    patient_id    INTEGER CONSTRAINT fk_user_account_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    doctor_id     INTEGER CONSTRAINT fk_user_account_doctor REFERENCES Doctor (doctor_id) ON DELETE CASCADE,
    password_hash TEXT CHECK (length(password_hash) <= 255),
    is_demo       INTEGER NOT NULL DEFAULT 0 CHECK (is_demo IN (0, 1)),
    locked_ms     INTEGER,
    created_ms    INTEGER NOT NULL,
    updated_ms    INTEGER NOT NULL,
    last_login_ms INTEGER,
    CONSTRAINT chk_user_account_role CHECK ((role = 'clinician') = (doctor_id IS NOT NULL) AND (role = 'patient') = (patient_id IS NOT NULL))
) STRICT;

-- index User_Account by patient_id
CREATE INDEX IF NOT EXISTS idx_user_account_patient ON User_Account (patient_id);

-- index User_Account by doctor_id
CREATE INDEX IF NOT EXISTS idx_user_account_doctor ON User_Account (doctor_id);

-- create table Account_Session: what begins with a log-in, and ends with a log-out, its time or a change of the account
CREATE TABLE IF NOT EXISTS Account_Session (
    session_id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL CONSTRAINT fk_account_session_account REFERENCES User_Account (account_id) ON DELETE CASCADE,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    ended_ms   INTEGER,
    ended_by   TEXT CHECK (ended_by IN ('log-out', 'password', 'role', 'lock', 'reuse'))
) STRICT;

-- index Account_Session by account_id
CREATE INDEX IF NOT EXISTS idx_account_session_account ON Account_Session (account_id);

-- index Account_Session by expires_ms
CREATE INDEX IF NOT EXISTS idx_account_session_expires ON Account_Session (expires_ms);

-- create table Refresh_Token: digests of the tokens that prolong access within a session, used ones too
CREATE TABLE IF NOT EXISTS Refresh_Token (
    token_id   INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id INTEGER NOT NULL CONSTRAINT fk_refresh_token_session REFERENCES Account_Session (session_id) ON DELETE CASCADE,
    digest     TEXT NOT NULL CONSTRAINT uq_refresh_token_digest UNIQUE CHECK (length(digest) = 64),
    used_ms    INTEGER
) STRICT;

-- index Refresh_Token by session_id
CREATE INDEX IF NOT EXISTS idx_refresh_token_session ON Refresh_Token (session_id);

-- create table Signing_Key: keys that the gateways of this database share
CREATE TABLE IF NOT EXISTS Signing_Key (
    key_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    kid        TEXT NOT NULL CONSTRAINT uq_signing_key_kid UNIQUE CHECK (length(kid) <= 64),
    algorithm  TEXT NOT NULL CHECK (length(algorithm) <= 16),
    secret     TEXT NOT NULL CHECK (length(secret) <= 1024),
    created_ms INTEGER NOT NULL,
    retired_ms INTEGER
) STRICT;

-- create table Login_Failure: how often log-ins failed, by keyed digests of e-mail addresses and network addresses
CREATE TABLE IF NOT EXISTS Login_Failure (
    subject    TEXT NOT NULL PRIMARY KEY CHECK (length(subject) = 64),
    failures   INTEGER NOT NULL,
    waits_ms   INTEGER NOT NULL,
    last_ms    INTEGER NOT NULL
) STRICT;

-- index Login_Failure by last_ms
CREATE INDEX IF NOT EXISTS idx_login_failure_last ON Login_Failure (last_ms);
