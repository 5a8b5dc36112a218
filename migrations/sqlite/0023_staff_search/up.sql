-- suits: 1
-- create word index Doctor_Search
CREATE VIRTUAL TABLE IF NOT EXISTS Doctor_Search USING fts5 (
    name,
    content = 'Doctor',
    content_rowid = 'doctor_id',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* M*'",
    prefix = '2 3'
);

-- keep words of inserted Doctor rows
CREATE TRIGGER IF NOT EXISTS medimax_search_doctor_insert AFTER INSERT ON Doctor FOR EACH ROW
BEGIN
    INSERT INTO Doctor_Search (rowid, name) VALUES (NEW.doctor_id, NEW.name);
END;

-- keep words of updated Doctor rows
CREATE TRIGGER IF NOT EXISTS medimax_search_doctor_update AFTER UPDATE OF doctor_id, name ON Doctor FOR EACH ROW
WHEN NEW.doctor_id <> OLD.doctor_id OR NEW.name <> OLD.name COLLATE BINARY
BEGIN
    INSERT INTO Doctor_Search (Doctor_Search, rowid, name) VALUES ('delete', OLD.doctor_id, OLD.name);
    INSERT INTO Doctor_Search (rowid, name) VALUES (NEW.doctor_id, NEW.name);
END;

-- keep words of deleted Doctor rows
CREATE TRIGGER IF NOT EXISTS medimax_search_doctor_delete AFTER DELETE ON Doctor FOR EACH ROW
BEGIN
    INSERT INTO Doctor_Search (Doctor_Search, rowid, name) VALUES ('delete', OLD.doctor_id, OLD.name);
END;

-- index words of existing Doctor rows
INSERT INTO Doctor_Search (Doctor_Search) VALUES ('rebuild');

-- create word index Institution_Search
CREATE VIRTUAL TABLE IF NOT EXISTS Institution_Search USING fts5 (
    name,
    content = 'Institution',
    content_rowid = 'institution_id',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* M*'",
    prefix = '2 3'
);

-- keep words of inserted Institution rows
CREATE TRIGGER IF NOT EXISTS medimax_search_institution_insert AFTER INSERT ON Institution FOR EACH ROW
BEGIN
    INSERT INTO Institution_Search (rowid, name) VALUES (NEW.institution_id, NEW.name);
END;

-- keep words of updated Institution rows
CREATE TRIGGER IF NOT EXISTS medimax_search_institution_update AFTER UPDATE OF institution_id, name ON Institution FOR EACH ROW
WHEN NEW.institution_id <> OLD.institution_id OR NEW.name <> OLD.name COLLATE BINARY
BEGIN
    INSERT INTO Institution_Search (Institution_Search, rowid, name) VALUES ('delete', OLD.institution_id, OLD.name);
    INSERT INTO Institution_Search (rowid, name) VALUES (NEW.institution_id, NEW.name);
END;

-- keep words of deleted Institution rows
CREATE TRIGGER IF NOT EXISTS medimax_search_institution_delete AFTER DELETE ON Institution FOR EACH ROW
BEGIN
    INSERT INTO Institution_Search (Institution_Search, rowid, name) VALUES ('delete', OLD.institution_id, OLD.name);
END;

-- index words of existing Institution rows
INSERT INTO Institution_Search (Institution_Search) VALUES ('rebuild');
