-- suits: 1
-- create table Access_Chain: who writes into the access log, each a chain of its own
CREATE TABLE IF NOT EXISTS Access_Chain (
    chain_id   INTEGER PRIMARY KEY AUTOINCREMENT,
    token      TEXT NOT NULL CONSTRAINT uq_access_chain_token UNIQUE CHECK (length(token) = 32),
    writer     TEXT NOT NULL CHECK (length(writer) <= 255),
    started_ms INTEGER NOT NULL,
    key_print  TEXT CHECK (length(key_print) = 16)
) STRICT;

-- create table Access_Event: who saw or changed what, each with the digest of the entry before it
CREATE TABLE IF NOT EXISTS Access_Event (
    event_id    INTEGER PRIMARY KEY,
    chain_id    INTEGER NOT NULL CONSTRAINT fk_access_event_chain REFERENCES Access_Chain (chain_id),
    place       INTEGER NOT NULL,
    at_ms       INTEGER NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('request', 'unanswered', 'start', 'prune')),
    account_id  INTEGER,
    who         TEXT CHECK (length(who) <= 255),
    role        TEXT CHECK (length(role) <= 16),
    request_id  TEXT NOT NULL CHECK (length(request_id) <= 64),
    operation   TEXT CHECK (length(operation) <= 255),
    document    TEXT CHECK (length(document) = 64),
    fields      TEXT NOT NULL,
    break_glass INTEGER NOT NULL CHECK (break_glass IN (0, 1)),
    previous    TEXT NOT NULL CHECK (length(previous) = 64),
    hash        TEXT NOT NULL CHECK (length(hash) = 64),
    CONSTRAINT uq_access_event_place UNIQUE (chain_id, place)
) STRICT;

-- index Access_Event by account_id
CREATE INDEX IF NOT EXISTS idx_access_event_account ON Access_Event (account_id, event_id);

-- index Access_Event by break_glass
CREATE INDEX IF NOT EXISTS idx_access_event_glass ON Access_Event (break_glass, event_id);

-- create table Access_Patient: whose record an entry is about
CREATE TABLE IF NOT EXISTS Access_Patient (
    event_id   INTEGER NOT NULL,
    patient_id INTEGER NOT NULL,
    PRIMARY KEY (event_id, patient_id)
) STRICT, WITHOUT ROWID;

-- index Access_Patient by patient_id
CREATE INDEX IF NOT EXISTS idx_access_patient_patient ON Access_Patient (patient_id, event_id);

-- create table Access_Change: what a request changed, without values, written with the change itself
CREATE TABLE IF NOT EXISTS Access_Change (
    event_id   INTEGER NOT NULL,
    place      INTEGER NOT NULL,
    patient_id INTEGER,
    table_name TEXT NOT NULL CHECK (length(table_name) <= 64),
    action     TEXT NOT NULL CHECK (action IN ('add', 'change', 'remove')),
    row_keys   TEXT NOT NULL,
    columns    TEXT NOT NULL,
    PRIMARY KEY (event_id, place)
) STRICT, WITHOUT ROWID;

-- create table Access_Anchor: the last entry of a chain that was pruned
CREATE TABLE IF NOT EXISTS Access_Anchor (
    chain_id INTEGER NOT NULL CONSTRAINT fk_access_anchor_chain REFERENCES Access_Chain (chain_id),
    place    INTEGER NOT NULL,
    hash     TEXT NOT NULL CHECK (length(hash) = 64),
    digest   TEXT NOT NULL CHECK (length(digest) = 64),
    PRIMARY KEY (chain_id, place)
) STRICT, WITHOUT ROWID;

-- create table Break_Glass: which patients accounts see for a while although they are not assigned, and why
CREATE TABLE IF NOT EXISTS Break_Glass (
    break_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id  INTEGER NOT NULL CONSTRAINT fk_break_glass_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    account_id  INTEGER NOT NULL,
    who         TEXT CHECK (length(who) <= 255),
    reason      TEXT NOT NULL,
    begun_ms    INTEGER NOT NULL,
    until_ms    INTEGER NOT NULL,
    reviewed_ms INTEGER,
    reviewer    TEXT CHECK (length(reviewer) <= 255),
    review_note TEXT
) STRICT;

-- index Break_Glass by patient_id
CREATE INDEX IF NOT EXISTS idx_break_glass_patient ON Break_Glass (patient_id);

-- index Break_Glass by account_id
CREATE INDEX IF NOT EXISTS idx_break_glass_account ON Break_Glass (account_id, until_ms);
