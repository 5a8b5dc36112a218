-- suits: 1
-- create table Idempotency_Key: requests that are done once, and what they did
CREATE TABLE IF NOT EXISTS Idempotency_Key (
    key_id          INTEGER PRIMARY KEY AUTOINCREMENT,
    idempotency_key TEXT NOT NULL CONSTRAINT idx_idempotency_key UNIQUE CHECK (length(idempotency_key) <= 128),
    mutation        TEXT NOT NULL CHECK (length(mutation) <= 64),
    digest          TEXT NOT NULL CHECK (length(digest) = 64),
    outcome         TEXT,
    expires_ms      INTEGER NOT NULL
) STRICT;

-- index Idempotency_Key by expires_ms
CREATE INDEX IF NOT EXISTS idx_idempotency_expires ON Idempotency_Key (expires_ms);
