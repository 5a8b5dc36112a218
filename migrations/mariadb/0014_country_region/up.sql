-- suits: 1
-- create table Country
CREATE TABLE IF NOT EXISTS Country (
    country_id   INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    iso2         VARCHAR(2) NOT NULL,
    iso3         VARCHAR(3) NULL,
    numeric_code VARCHAR(3) NULL,
    name         VARCHAR(255) NOT NULL,
    CONSTRAINT uq_country_iso2 UNIQUE (iso2)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- index Country by name
CREATE INDEX IF NOT EXISTS idx_country_name ON Country (name);

-- create table Region
CREATE TABLE IF NOT EXISTS Region (
    region_id  INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    country_id INT NOT NULL,
    code       VARCHAR(10) NOT NULL,
    name       VARCHAR(255) NOT NULL,
    category   VARCHAR(100) NULL,
    CONSTRAINT uq_region_code UNIQUE (code),
    CONSTRAINT fk_region_country FOREIGN KEY (country_id) REFERENCES Country (country_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- index Region by country_id, name
CREATE INDEX IF NOT EXISTS idx_region_country ON Region (country_id, name);

-- index Region by name
CREATE INDEX IF NOT EXISTS idx_region_name ON Region (name);
