-- suits: 1
-- create word table Doctor_Search
CREATE TABLE IF NOT EXISTS Doctor_Search (
    word       VARCHAR(64) NOT NULL,
    doctor_id INT NOT NULL,
    PRIMARY KEY (word, doctor_id),
    KEY idx_doctor_search_owner (doctor_id),
    CONSTRAINT fk_doctor_search FOREIGN KEY (doctor_id) REFERENCES Doctor (doctor_id) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- keep words of inserted Doctor rows
CREATE OR REPLACE TRIGGER medimax_search_doctor_insert AFTER INSERT ON Doctor FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT IGNORE INTO Doctor_Search (word, doctor_id)
    SELECT DISTINCT LEFT(w.word, 64), NEW.doctor_id
    FROM JSON_TABLE(
        CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(NEW.name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
        '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
    ) w
    WHERE w.word <> '';
END;

-- keep words of updated Doctor rows
CREATE OR REPLACE TRIGGER medimax_search_doctor_update AFTER UPDATE ON Doctor FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    IF NOT (BINARY NEW.name <=> BINARY OLD.name) THEN
        DELETE s
        FROM JSON_TABLE(
            CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(OLD.name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
            '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
        ) w
        STRAIGHT_JOIN Doctor_Search s ON s.word = LEFT(w.word, 64) AND s.doctor_id = NEW.doctor_id;
        INSERT IGNORE INTO Doctor_Search (word, doctor_id)
        SELECT DISTINCT LEFT(w.word, 64), NEW.doctor_id
        FROM JSON_TABLE(
            CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(NEW.name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
            '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
        ) w
        WHERE w.word <> '';
    END IF;
END;

-- index words of existing Doctor rows
INSERT IGNORE INTO Doctor_Search (word, doctor_id)
SELECT LEFT(w.word, 64), t.doctor_id
FROM Doctor t
CROSS JOIN JSON_TABLE(
    CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(t.name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
    '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
) w
WHERE w.word <> '';

-- create word table Institution_Search
CREATE TABLE IF NOT EXISTS Institution_Search (
    word       VARCHAR(64) NOT NULL,
    institution_id INT NOT NULL,
    PRIMARY KEY (word, institution_id),
    KEY idx_institution_search_owner (institution_id),
    CONSTRAINT fk_institution_search FOREIGN KEY (institution_id) REFERENCES Institution (institution_id) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- keep words of inserted Institution rows
CREATE OR REPLACE TRIGGER medimax_search_institution_insert AFTER INSERT ON Institution FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    INSERT IGNORE INTO Institution_Search (word, institution_id)
    SELECT DISTINCT LEFT(w.word, 64), NEW.institution_id
    FROM JSON_TABLE(
        CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(NEW.name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
        '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
    ) w
    WHERE w.word <> '';
END;

-- keep words of updated Institution rows
CREATE OR REPLACE TRIGGER medimax_search_institution_update AFTER UPDATE ON Institution FOR EACH ROW
BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
    IF NOT (BINARY NEW.name <=> BINARY OLD.name) THEN
        DELETE s
        FROM JSON_TABLE(
            CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(OLD.name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
            '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
        ) w
        STRAIGHT_JOIN Institution_Search s ON s.word = LEFT(w.word, 64) AND s.institution_id = NEW.institution_id;
        INSERT IGNORE INTO Institution_Search (word, institution_id)
        SELECT DISTINCT LEFT(w.word, 64), NEW.institution_id
        FROM JSON_TABLE(
            CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(NEW.name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
            '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
        ) w
        WHERE w.word <> '';
    END IF;
END;

-- index words of existing Institution rows
INSERT IGNORE INTO Institution_Search (word, institution_id)
SELECT LEFT(w.word, 64), t.institution_id
FROM Institution t
CROSS JOIN JSON_TABLE(
    CONCAT('["', REGEXP_REPLACE(REGEXP_REPLACE(t.name, '[\\x{300}-\\x{36F}]+', ''), '[^\\p{L}\\p{N}\\p{M}]+', '","'), '"]'),
    '$[*]' COLUMNS (word TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci PATH '$')
) w
WHERE w.word <> '';
