-- suits: 1
-- create table Country
CREATE TABLE IF NOT EXISTS Country (
    country_id   INTEGER PRIMARY KEY AUTOINCREMENT,
    iso2         TEXT COLLATE NOCASE NOT NULL CHECK (length(iso2) <= 2),
    iso3         TEXT COLLATE NOCASE CHECK (length(iso3) <= 3),
    numeric_code TEXT COLLATE NOCASE CHECK (length(numeric_code) <= 3),
    name         TEXT COLLATE NOCASE NOT NULL CHECK (length(name) <= 255),
    CONSTRAINT uq_country_iso2 UNIQUE (iso2)
) STRICT;

-- index Country by name
CREATE INDEX IF NOT EXISTS idx_country_name ON Country (name);

-- create table Region
CREATE TABLE IF NOT EXISTS Region (
    region_id  INTEGER PRIMARY KEY AUTOINCREMENT,
    country_id INTEGER NOT NULL CONSTRAINT fk_region_country REFERENCES Country (country_id),
    code       TEXT COLLATE NOCASE NOT NULL CHECK (length(code) <= 10),
    name       TEXT COLLATE NOCASE NOT NULL CHECK (length(name) <= 255),
    category   TEXT COLLATE NOCASE CHECK (length(category) <= 100),
    CONSTRAINT uq_region_code UNIQUE (code)
) STRICT;

-- index Region by country_id, name
CREATE INDEX IF NOT EXISTS idx_region_country ON Region (country_id, name);

-- index Region by name
CREATE INDEX IF NOT EXISTS idx_region_name ON Region (name);
