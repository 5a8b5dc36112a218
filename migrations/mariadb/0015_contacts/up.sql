-- suits: 1
-- create table Email
CREATE TABLE IF NOT EXISTS Email (
    email_id       INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id     INT NULL,
    doctor_id      INT NULL,
    institution_id INT NULL,
    address        VARCHAR(254) NOT NULL,
    email_type     ENUM('personal', 'work', 'other') NOT NULL,
    is_primary     TINYINT(1) NULL DEFAULT 0,
    is_verified    TINYINT(1) NULL DEFAULT 0,
    verified_at    TIMESTAMP NULL DEFAULT NULL,
    created_at     TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at     TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    only_primary   TINYINT GENERATED ALWAYS AS (CASE WHEN is_primary THEN 1 END) VIRTUAL INVISIBLE,
    CONSTRAINT chk_email_owner CHECK ((patient_id IS NOT NULL) + (doctor_id IS NOT NULL) + (institution_id IS NOT NULL) = 1),
    CONSTRAINT chk_email_verified CHECK ((COALESCE(is_verified, 0) <> 0) = (verified_at IS NOT NULL)),
    CONSTRAINT uq_email_patient UNIQUE (patient_id, email_type, only_primary),
    CONSTRAINT uq_email_doctor UNIQUE (doctor_id, email_type, only_primary),
    CONSTRAINT uq_email_institution UNIQUE (institution_id, email_type, only_primary),
    CONSTRAINT fk_email_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE,
    CONSTRAINT fk_email_doctor FOREIGN KEY (doctor_id) REFERENCES Doctor (doctor_id) ON DELETE CASCADE,
    CONSTRAINT fk_email_institution FOREIGN KEY (institution_id) REFERENCES Institution (institution_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- index Email by address
CREATE INDEX IF NOT EXISTS idx_email_address ON Email (address);

-- create table Phone
CREATE TABLE IF NOT EXISTS Phone (
    phone_id       INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id     INT NULL,
    doctor_id      INT NULL,
    institution_id INT NULL,
    number         VARCHAR(16) NOT NULL,
    country        VARCHAR(2) NULL,
    extension      VARCHAR(10) NULL,
    phone_type     ENUM('mobile', 'home', 'work', 'fax', 'other') NOT NULL,
    is_primary     TINYINT(1) NULL DEFAULT 0,
    is_verified    TINYINT(1) NULL DEFAULT 0,
    verified_at    TIMESTAMP NULL DEFAULT NULL,
    created_at     TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at     TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    only_primary   TINYINT GENERATED ALWAYS AS (CASE WHEN is_primary THEN 1 END) VIRTUAL INVISIBLE,
    CONSTRAINT chk_phone_owner CHECK ((patient_id IS NOT NULL) + (doctor_id IS NOT NULL) + (institution_id IS NOT NULL) = 1),
    CONSTRAINT chk_phone_verified CHECK ((COALESCE(is_verified, 0) <> 0) = (verified_at IS NOT NULL)),
    CONSTRAINT uq_phone_patient UNIQUE (patient_id, phone_type, only_primary),
    CONSTRAINT uq_phone_doctor UNIQUE (doctor_id, phone_type, only_primary),
    CONSTRAINT uq_phone_institution UNIQUE (institution_id, phone_type, only_primary),
    CONSTRAINT fk_phone_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE,
    CONSTRAINT fk_phone_doctor FOREIGN KEY (doctor_id) REFERENCES Doctor (doctor_id) ON DELETE CASCADE,
    CONSTRAINT fk_phone_institution FOREIGN KEY (institution_id) REFERENCES Institution (institution_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- index Phone by number
CREATE INDEX IF NOT EXISTS idx_phone_number ON Phone (number);

-- create table Address
CREATE TABLE IF NOT EXISTS Address (
    address_id     INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id     INT NULL,
    doctor_id      INT NULL,
    institution_id INT NULL,
    line1          VARCHAR(255) NOT NULL,
    line2          VARCHAR(255) NULL,
    city           VARCHAR(100) NULL,
    postal_code    VARCHAR(20) NULL,
    region_id      INT NULL,
    country_id     INT NULL,
    latitude       DECIMAL(8,6) NULL,
    longitude      DECIMAL(9,6) NULL,
    address_type   ENUM('home', 'work', 'billing', 'postal', 'other') NOT NULL,
    is_primary     TINYINT(1) NULL DEFAULT 0,
    is_verified    TINYINT(1) NULL DEFAULT 0,
    verified_at    TIMESTAMP NULL DEFAULT NULL,
    created_at     TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at     TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    only_primary   TINYINT GENERATED ALWAYS AS (CASE WHEN is_primary THEN 1 END) VIRTUAL INVISIBLE,
    CONSTRAINT chk_address_owner CHECK ((patient_id IS NOT NULL) + (doctor_id IS NOT NULL) + (institution_id IS NOT NULL) = 1),
    CONSTRAINT chk_address_verified CHECK ((COALESCE(is_verified, 0) <> 0) = (verified_at IS NOT NULL)),
    CONSTRAINT chk_address_place CHECK ((latitude IS NULL) = (longitude IS NULL)),
    CONSTRAINT uq_address_patient UNIQUE (patient_id, address_type, only_primary),
    CONSTRAINT uq_address_doctor UNIQUE (doctor_id, address_type, only_primary),
    CONSTRAINT uq_address_institution UNIQUE (institution_id, address_type, only_primary),
    CONSTRAINT fk_address_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE,
    CONSTRAINT fk_address_doctor FOREIGN KEY (doctor_id) REFERENCES Doctor (doctor_id) ON DELETE CASCADE,
    CONSTRAINT fk_address_institution FOREIGN KEY (institution_id) REFERENCES Institution (institution_id) ON DELETE CASCADE,
    CONSTRAINT fk_address_region FOREIGN KEY (region_id) REFERENCES Region (region_id),
    CONSTRAINT fk_address_country FOREIGN KEY (country_id) REFERENCES Country (country_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- index Address by region_id
CREATE INDEX IF NOT EXISTS idx_address_region ON Address (region_id);

-- index Address by country_id
CREATE INDEX IF NOT EXISTS idx_address_country ON Address (country_id);

-- index Address by postal_code
CREATE INDEX IF NOT EXISTS idx_address_postal_code ON Address (postal_code);

-- index Address by city
CREATE INDEX IF NOT EXISTS idx_address_city ON Address (city);
