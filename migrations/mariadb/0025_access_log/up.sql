-- suits: 1
-- create table Access_Chain: who writes into the access log, each a chain of its own
CREATE TABLE IF NOT EXISTS Access_Chain (
    chain_id   INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    token      CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    writer     VARCHAR(255) NOT NULL,
    started_ms BIGINT NOT NULL,
    key_print  CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
    CONSTRAINT uq_access_chain_token UNIQUE (token)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Access_Event: who saw or changed what, each with the digest of the entry before it
CREATE TABLE IF NOT EXISTS Access_Event (
    event_id    BIGINT NOT NULL PRIMARY KEY,
    chain_id    INT NOT NULL,
    place       BIGINT NOT NULL,
    at_ms       BIGINT NOT NULL,
    kind        ENUM('request', 'unanswered', 'start', 'prune') NOT NULL,
    account_id  INT NULL,
    who         VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    role        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
    request_id  VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    operation   VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    document    CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    fields      MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    break_glass TINYINT(1) NOT NULL,
    previous    CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    hash        CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    KEY idx_access_event_account (account_id, event_id),
    KEY idx_access_event_glass (break_glass, event_id),
    CONSTRAINT uq_access_event_place UNIQUE (chain_id, place),
    CONSTRAINT fk_access_event_chain FOREIGN KEY (chain_id) REFERENCES Access_Chain (chain_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Access_Patient: whose record an entry is about
CREATE TABLE IF NOT EXISTS Access_Patient (
    event_id   BIGINT NOT NULL,
    patient_id INT NOT NULL,
    PRIMARY KEY (event_id, patient_id),
    KEY idx_access_patient_patient (patient_id, event_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Access_Change: what a request changed, without values, written with the change itself
CREATE TABLE IF NOT EXISTS Access_Change (
    event_id   BIGINT NOT NULL,
    place      BIGINT NOT NULL,
    patient_id INT NULL,
    table_name VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    action     ENUM('add', 'change', 'remove') NOT NULL,
    row_keys   TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    columns    TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (event_id, place)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Access_Anchor: the last entry of a chain that was pruned
CREATE TABLE IF NOT EXISTS Access_Anchor (
    chain_id INT NOT NULL,
    place    BIGINT NOT NULL,
    hash     CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    digest   CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (chain_id, place),
    CONSTRAINT fk_access_anchor_chain FOREIGN KEY (chain_id) REFERENCES Access_Chain (chain_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Break_Glass: which patients accounts see for a while although they are not assigned, and why
CREATE TABLE IF NOT EXISTS Break_Glass (
    break_id    INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id  INT NOT NULL,
    account_id  INT NOT NULL,
    who         VARCHAR(255) NULL,
    reason      TEXT NOT NULL,
    begun_ms    BIGINT NOT NULL,
    until_ms    BIGINT NOT NULL,
    reviewed_ms BIGINT NULL,
    reviewer    VARCHAR(255) NULL,
    review_note TEXT NULL,
    KEY idx_break_glass_account (account_id, until_ms),
    CONSTRAINT fk_break_glass_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
