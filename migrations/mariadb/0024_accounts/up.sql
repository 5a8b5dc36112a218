-- suits: 1
-- create table User_Account: who may log in, and as what
CREATE TABLE IF NOT EXISTS User_Account (
    account_id    INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    email         VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    email_folded  VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    name          VARCHAR(255) NULL,
    role          ENUM('admin', 'clinician', 'patient') NOT NULL,
    patient_id    INT NULL,
    doctor_id     INT NULL,
    password_hash VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    is_demo       TINYINT(1) NOT NULL DEFAULT 0,
    locked_ms     BIGINT NULL,
    created_ms    BIGINT NOT NULL,
    updated_ms    BIGINT NOT NULL,
    last_login_ms BIGINT NULL,
    CONSTRAINT uq_user_account_email UNIQUE (email_folded),
    CONSTRAINT chk_user_account_role CHECK ((role = 'clinician') = (doctor_id IS NOT NULL) AND (role = 'patient') = (patient_id IS NOT NULL)),
    CONSTRAINT fk_user_account_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE,
    CONSTRAINT fk_user_account_doctor FOREIGN KEY (doctor_id) REFERENCES Doctor (doctor_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Account_Session: what begins with a log-in, and ends with a log-out, its time or a change of the account
CREATE TABLE IF NOT EXISTS Account_Session (
    session_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    account_id INT NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    ended_ms   BIGINT NULL,
    ended_by   ENUM('log-out', 'password', 'role', 'lock', 'reuse') NULL,
    KEY idx_account_session_expires (expires_ms),
    CONSTRAINT fk_account_session_account FOREIGN KEY (account_id) REFERENCES User_Account (account_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Refresh_Token: digests of the tokens that prolong access within a session, used ones too
CREATE TABLE IF NOT EXISTS Refresh_Token (
    token_id   BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    session_id INT NOT NULL,
    digest     CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    used_ms    BIGINT NULL,
    CONSTRAINT uq_refresh_token_digest UNIQUE (digest),
    CONSTRAINT fk_refresh_token_session FOREIGN KEY (session_id) REFERENCES Account_Session (session_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Signing_Key: keys that the gateways of this database share
CREATE TABLE IF NOT EXISTS Signing_Key (
    key_id     INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kid        VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    algorithm  VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    secret     VARCHAR(1024) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_ms BIGINT NOT NULL,
    retired_ms BIGINT NULL,
    CONSTRAINT uq_signing_key_kid UNIQUE (kid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Login_Failure: how often log-ins failed, by keyed digests of e-mail addresses and network addresses
CREATE TABLE IF NOT EXISTS Login_Failure (
    subject    CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    failures   INT NOT NULL,
    waits_ms   BIGINT NOT NULL,
    last_ms    BIGINT NOT NULL,
    KEY idx_login_failure_last (last_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
