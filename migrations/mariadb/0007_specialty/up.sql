-- suits: 1
-- create table Specialty
CREATE TABLE IF NOT EXISTS Specialty (
    specialty_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name         VARCHAR(255) NOT NULL,
    category     VARCHAR(100) NULL,
    CONSTRAINT chk_specialty_name CHECK (CHAR_LENGTH(TRIM(name)) > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- index Specialty by name
CREATE INDEX IF NOT EXISTS idx_specialty_name ON Specialty (name);

-- index Specialty by category
CREATE INDEX IF NOT EXISTS idx_specialty_category ON Specialty (category);

-- feed inserted Specialty rows
CREATE OR REPLACE TRIGGER medimax_feed_specialty_insert AFTER INSERT ON Specialty FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Specialty', NEW.specialty_id);
END;

-- feed updated Specialty rows
CREATE OR REPLACE TRIGGER medimax_feed_specialty_update AFTER UPDATE ON Specialty FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Specialty', NEW.specialty_id);
    IF OLD.specialty_id <> NEW.specialty_id THEN
        INSERT INTO Change_Feed (owner, owner_id) VALUES ('Specialty', OLD.specialty_id);
    END IF;
END;

-- feed deleted Specialty rows
CREATE OR REPLACE TRIGGER medimax_feed_specialty_delete AFTER DELETE ON Specialty FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Specialty', OLD.specialty_id);
END;
