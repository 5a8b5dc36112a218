-- suits: 1
-- create table Email
CREATE TABLE IF NOT EXISTS Email (
    email_id       INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id     INTEGER CONSTRAINT fk_email_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    doctor_id      INTEGER CONSTRAINT fk_email_doctor REFERENCES Doctor (doctor_id) ON DELETE CASCADE,
    institution_id INTEGER CONSTRAINT fk_email_institution REFERENCES Institution (institution_id) ON DELETE CASCADE,
    address        TEXT COLLATE NOCASE NOT NULL CHECK (length(address) <= 254),
    email_type     TEXT COLLATE NOCASE NOT NULL CHECK (email_type COLLATE BINARY IN ('personal', 'work', 'other')),
    is_primary     INTEGER DEFAULT 0 CHECK (is_primary IN (0, 1)),
    is_verified    INTEGER DEFAULT 0 CHECK (is_verified IN (0, 1)),
    verified_at    TEXT CHECK (verified_at IS datetime(verified_at, '+0 days')),
    created_at     TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    updated_at     TEXT DEFAULT CURRENT_TIMESTAMP CHECK (updated_at IS datetime(updated_at, '+0 days')),
    CONSTRAINT chk_email_owner CHECK ((patient_id IS NOT NULL) + (doctor_id IS NOT NULL) + (institution_id IS NOT NULL) = 1),
    CONSTRAINT chk_email_verified CHECK ((COALESCE(is_verified, 0) <> 0) = (verified_at IS NOT NULL))
) STRICT;

-- index Email by patient_id: one primary of each type
CREATE UNIQUE INDEX IF NOT EXISTS uq_email_patient ON Email (patient_id, email_type, (CASE WHEN is_primary THEN 1 END));

-- index Email by doctor_id: one primary of each type
CREATE UNIQUE INDEX IF NOT EXISTS uq_email_doctor ON Email (doctor_id, email_type, (CASE WHEN is_primary THEN 1 END));

-- index Email by institution_id: one primary of each type
CREATE UNIQUE INDEX IF NOT EXISTS uq_email_institution ON Email (institution_id, email_type, (CASE WHEN is_primary THEN 1 END));

-- index Email by address
CREATE INDEX IF NOT EXISTS idx_email_address ON Email (address);

-- create table Phone
CREATE TABLE IF NOT EXISTS Phone (
    phone_id       INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id     INTEGER CONSTRAINT fk_phone_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    doctor_id      INTEGER CONSTRAINT fk_phone_doctor REFERENCES Doctor (doctor_id) ON DELETE CASCADE,
    institution_id INTEGER CONSTRAINT fk_phone_institution REFERENCES Institution (institution_id) ON DELETE CASCADE,
    number         TEXT COLLATE NOCASE NOT NULL CHECK (length(number) <= 16),
    country        TEXT COLLATE NOCASE CHECK (length(country) <= 2),
    extension      TEXT COLLATE NOCASE CHECK (length(extension) <= 10),
    phone_type     TEXT COLLATE NOCASE NOT NULL CHECK (phone_type COLLATE BINARY IN ('mobile', 'home', 'work', 'fax', 'other')),
    is_primary     INTEGER DEFAULT 0 CHECK (is_primary IN (0, 1)),
    is_verified    INTEGER DEFAULT 0 CHECK (is_verified IN (0, 1)),
    verified_at    TEXT CHECK (verified_at IS datetime(verified_at, '+0 days')),
    created_at     TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    updated_at     TEXT DEFAULT CURRENT_TIMESTAMP CHECK (updated_at IS datetime(updated_at, '+0 days')),
    CONSTRAINT chk_phone_owner CHECK ((patient_id IS NOT NULL) + (doctor_id IS NOT NULL) + (institution_id IS NOT NULL) = 1),
    CONSTRAINT chk_phone_verified CHECK ((COALESCE(is_verified, 0) <> 0) = (verified_at IS NOT NULL))
) STRICT;

-- index Phone by patient_id: one primary of each type
CREATE UNIQUE INDEX IF NOT EXISTS uq_phone_patient ON Phone (patient_id, phone_type, (CASE WHEN is_primary THEN 1 END));

-- index Phone by doctor_id: one primary of each type
CREATE UNIQUE INDEX IF NOT EXISTS uq_phone_doctor ON Phone (doctor_id, phone_type, (CASE WHEN is_primary THEN 1 END));

-- index Phone by institution_id: one primary of each type
CREATE UNIQUE INDEX IF NOT EXISTS uq_phone_institution ON Phone (institution_id, phone_type, (CASE WHEN is_primary THEN 1 END));

-- index Phone by number
CREATE INDEX IF NOT EXISTS idx_phone_number ON Phone (number);

-- create table Address
CREATE TABLE IF NOT EXISTS Address (
    address_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id     INTEGER CONSTRAINT fk_address_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    doctor_id      INTEGER CONSTRAINT fk_address_doctor REFERENCES Doctor (doctor_id) ON DELETE CASCADE,
    institution_id INTEGER CONSTRAINT fk_address_institution REFERENCES Institution (institution_id) ON DELETE CASCADE,
    line1          TEXT COLLATE NOCASE NOT NULL CHECK (length(line1) <= 255),
    line2          TEXT COLLATE NOCASE CHECK (length(line2) <= 255),
    city           TEXT COLLATE NOCASE CHECK (length(city) <= 100),
    postal_code    TEXT COLLATE NOCASE CHECK (length(postal_code) <= 20),
    region_id      INTEGER CONSTRAINT fk_address_region REFERENCES Region (region_id),
    country_id     INTEGER CONSTRAINT fk_address_country REFERENCES Country (country_id),
    latitude       REAL,
    longitude      REAL,
    address_type   TEXT COLLATE NOCASE NOT NULL CHECK (address_type COLLATE BINARY IN ('home', 'work', 'billing', 'postal', 'other')),
    is_primary     INTEGER DEFAULT 0 CHECK (is_primary IN (0, 1)),
    is_verified    INTEGER DEFAULT 0 CHECK (is_verified IN (0, 1)),
    verified_at    TEXT CHECK (verified_at IS datetime(verified_at, '+0 days')),
    created_at     TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    updated_at     TEXT DEFAULT CURRENT_TIMESTAMP CHECK (updated_at IS datetime(updated_at, '+0 days')),
    CONSTRAINT chk_address_owner CHECK ((patient_id IS NOT NULL) + (doctor_id IS NOT NULL) + (institution_id IS NOT NULL) = 1),
    CONSTRAINT chk_address_place CHECK ((latitude IS NULL) = (longitude IS NULL)),
    CONSTRAINT chk_address_verified CHECK ((COALESCE(is_verified, 0) <> 0) = (verified_at IS NOT NULL))
) STRICT;

-- index Address by patient_id: one primary of each type
CREATE UNIQUE INDEX IF NOT EXISTS uq_address_patient ON Address (patient_id, address_type, (CASE WHEN is_primary THEN 1 END));

-- index Address by doctor_id: one primary of each type
CREATE UNIQUE INDEX IF NOT EXISTS uq_address_doctor ON Address (doctor_id, address_type, (CASE WHEN is_primary THEN 1 END));

-- index Address by institution_id: one primary of each type
CREATE UNIQUE INDEX IF NOT EXISTS uq_address_institution ON Address (institution_id, address_type, (CASE WHEN is_primary THEN 1 END));

-- index Address by region_id
CREATE INDEX IF NOT EXISTS idx_address_region ON Address (region_id);

-- index Address by country_id
CREATE INDEX IF NOT EXISTS idx_address_country ON Address (country_id);

-- index Address by postal_code
CREATE INDEX IF NOT EXISTS idx_address_postal_code ON Address (postal_code);

-- index Address by city
CREATE INDEX IF NOT EXISTS idx_address_city ON Address (city);
