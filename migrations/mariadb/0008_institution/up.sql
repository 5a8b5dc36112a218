-- suits: 1
-- create table Institution
CREATE TABLE IF NOT EXISTS Institution (
    institution_id   INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name             VARCHAR(255) NOT NULL,
    institution_type ENUM('clinic', 'hospital', 'laboratory', 'pharmacy', 'insurer', 'other') NULL,
    region           VARCHAR(100) NULL,
    country          VARCHAR(2) NULL,
    contact          VARCHAR(255) NULL,
    CONSTRAINT chk_institution_name CHECK (CHAR_LENGTH(TRIM(name)) > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- index Institution by name
CREATE INDEX IF NOT EXISTS idx_institution_name ON Institution (name);

-- index Institution by institution_type
CREATE INDEX IF NOT EXISTS idx_institution_type ON Institution (institution_type);

-- index Institution by country, region
CREATE INDEX IF NOT EXISTS idx_institution_country ON Institution (country, region);

-- feed inserted Institution rows
CREATE OR REPLACE TRIGGER medimax_feed_institution_insert AFTER INSERT ON Institution FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Institution', NEW.institution_id);
END;

-- feed updated Institution rows
CREATE OR REPLACE TRIGGER medimax_feed_institution_update AFTER UPDATE ON Institution FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Institution', NEW.institution_id);
    IF OLD.institution_id <> NEW.institution_id THEN
        INSERT INTO Change_Feed (owner, owner_id) VALUES ('Institution', OLD.institution_id);
    END IF;
END;

-- feed deleted Institution rows
CREATE OR REPLACE TRIGGER medimax_feed_institution_delete AFTER DELETE ON Institution FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Institution', OLD.institution_id);
END;
