-- suits: 1
-- create table Doctor
CREATE TABLE IF NOT EXISTS Doctor (
    doctor_id      INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name           VARCHAR(255) NOT NULL,
    specialty_id   INT NULL,
    institution_id INT NOT NULL,
    licence_number VARCHAR(100) NULL,
    CONSTRAINT chk_doctor_name CHECK (CHAR_LENGTH(TRIM(name)) > 0),
    CONSTRAINT fk_doctor_specialty FOREIGN KEY (specialty_id) REFERENCES Specialty (specialty_id),
    CONSTRAINT fk_doctor_institution FOREIGN KEY (institution_id) REFERENCES Institution (institution_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- index Doctor by name
CREATE INDEX IF NOT EXISTS idx_doctor_name ON Doctor (name);

-- index Doctor by specialty_id
CREATE INDEX IF NOT EXISTS idx_doctor_specialty ON Doctor (specialty_id);

-- index Doctor by institution_id
CREATE INDEX IF NOT EXISTS idx_doctor_institution ON Doctor (institution_id);

-- index Doctor by licence_number
CREATE INDEX IF NOT EXISTS idx_doctor_licence ON Doctor (licence_number);

-- feed inserted Doctor rows
CREATE OR REPLACE TRIGGER medimax_feed_doctor_insert AFTER INSERT ON Doctor FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Doctor', NEW.doctor_id);
END;

-- feed updated Doctor rows
CREATE OR REPLACE TRIGGER medimax_feed_doctor_update AFTER UPDATE ON Doctor FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Doctor', NEW.doctor_id);
    IF OLD.doctor_id <> NEW.doctor_id THEN
        INSERT INTO Change_Feed (owner, owner_id) VALUES ('Doctor', OLD.doctor_id);
    END IF;
END;

-- feed deleted Doctor rows
CREATE OR REPLACE TRIGGER medimax_feed_doctor_delete AFTER DELETE ON Doctor FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Doctor', OLD.doctor_id);
END;
