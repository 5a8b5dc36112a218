-- suits: 1
-- create table Idempotency_Key: requests that are done once, and what they did
CREATE TABLE IF NOT EXISTS Idempotency_Key (
    key_id          INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    idempotency_key VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    mutation        VARCHAR(64) NOT NULL,
    digest          CHAR(64) NOT NULL,
    outcome         TEXT NULL,
    expires_ms      BIGINT NOT NULL,
    UNIQUE KEY idx_idempotency_key (idempotency_key),
    KEY idx_idempotency_expires (expires_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
