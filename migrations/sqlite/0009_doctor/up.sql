-- suits: 1
-- create table Doctor
CREATE TABLE IF NOT EXISTS Doctor (
    doctor_id      INTEGER PRIMARY KEY AUTOINCREMENT,
    name           TEXT COLLATE NOCASE NOT NULL CHECK (length(name) <= 255),
    specialty_id   INTEGER CONSTRAINT fk_doctor_specialty REFERENCES Specialty (specialty_id),
    institution_id INTEGER NOT NULL CONSTRAINT fk_doctor_institution REFERENCES Institution (institution_id),
    licence_number TEXT COLLATE NOCASE CHECK (length(licence_number) <= 100),
    CONSTRAINT chk_doctor_name CHECK (length(trim(name)) > 0)
) STRICT;

-- index Doctor by name
CREATE INDEX IF NOT EXISTS idx_doctor_name ON Doctor (name);

-- index Doctor by specialty_id
CREATE INDEX IF NOT EXISTS idx_doctor_specialty ON Doctor (specialty_id);

-- index Doctor by institution_id
CREATE INDEX IF NOT EXISTS idx_doctor_institution ON Doctor (institution_id);

-- index Doctor by licence_number
CREATE INDEX IF NOT EXISTS idx_doctor_licence ON Doctor (licence_number);

-- feed inserted Doctor rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_doctor_insert AFTER INSERT ON Doctor FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Doctor', NEW.doctor_id);
END;

-- feed updated Doctor rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_doctor_update AFTER UPDATE ON Doctor FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Doctor', NEW.doctor_id);
    INSERT INTO Change_Feed (owner, owner_id) SELECT 'Doctor', OLD.doctor_id WHERE OLD.doctor_id <> NEW.doctor_id;
END;

-- feed deleted Doctor rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_doctor_delete AFTER DELETE ON Doctor FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Doctor', OLD.doctor_id);
END;
