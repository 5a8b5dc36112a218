-- suits: 1
-- create table Institution
CREATE TABLE IF NOT EXISTS Institution (
    institution_id   INTEGER PRIMARY KEY AUTOINCREMENT,
    name             TEXT COLLATE NOCASE NOT NULL CHECK (length(name) <= 255),
    institution_type TEXT COLLATE NOCASE CHECK (institution_type COLLATE BINARY IN ('clinic', 'hospital', 'laboratory', 'pharmacy', 'insurer', 'other')),
    region           TEXT COLLATE NOCASE CHECK (length(region) <= 100),
    country          TEXT COLLATE NOCASE CHECK (length(country) <= 2),
    contact          TEXT COLLATE NOCASE CHECK (length(contact) <= 255),
    CONSTRAINT chk_institution_name CHECK (length(trim(name)) > 0)
) STRICT;

-- index Institution by name
CREATE INDEX IF NOT EXISTS idx_institution_name ON Institution (name);

-- index Institution by institution_type
CREATE INDEX IF NOT EXISTS idx_institution_type ON Institution (institution_type);

-- index Institution by country, region
CREATE INDEX IF NOT EXISTS idx_institution_country ON Institution (country, region);

-- feed inserted Institution rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_institution_insert AFTER INSERT ON Institution FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Institution', NEW.institution_id);
END;

-- feed updated Institution rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_institution_update AFTER UPDATE ON Institution FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Institution', NEW.institution_id);
    INSERT INTO Change_Feed (owner, owner_id) SELECT 'Institution', OLD.institution_id WHERE OLD.institution_id <> NEW.institution_id;
END;

-- feed deleted Institution rows
CREATE TRIGGER IF NOT EXISTS medimax_feed_institution_delete AFTER DELETE ON Institution FOR EACH ROW
BEGIN
    INSERT INTO Change_Feed (owner, owner_id) VALUES ('Institution', OLD.institution_id);
END;
