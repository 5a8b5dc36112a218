-- suits: 1
-- create table Specialty
CREATE TABLE IF NOT EXISTS Specialty (
    specialty_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT COLLATE NOCASE NOT NULL CHECK (length(name) <= 255),
    category     TEXT COLLATE NOCASE CHECK (length(category) <= 100),
    CONSTRAINT chk_specialty_name CHECK (length(trim(name)) > 0)
) STRICT;

-- index Specialty by name
CREATE INDEX IF NOT EXISTS idx_specialty_name ON Specialty (name);

-- index Specialty by category
CREATE INDEX IF NOT EXISTS idx_specialty_category ON Specialty (category);

-- feed inserted Specialty rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_specialty_insert AFTER INSERT ON Specialty FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Specialty', NEW.specialty_id);
END;

-- feed updated Specialty rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_specialty_update AFTER UPDATE ON Specialty FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Specialty', NEW.specialty_id);
    INSERT INTO Change_Feed (owner, owner_id) SELECT 'Specialty', OLD.specialty_id WHERE OLD.specialty_id <> NEW.specialty_id;
END;

-- feed deleted Specialty rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_specialty_delete AFTER DELETE ON Specialty FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Specialty', OLD.specialty_id);
END;
