-- suits: 1
-- create table Health_Profile
CREATE TABLE IF NOT EXISTS Health_Profile (
    profile_id                     INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id                     INT NOT NULL,
    height_cm                      DECIMAL(4,1) NULL,
    weight_kg                      DECIMAL(5,2) NULL,
    blood_type                     ENUM('A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-') NULL,
    gender_identity                ENUM('woman', 'man', 'non_binary', 'transgender_woman', 'transgender_man', 'other', 'undisclosed') NULL,
    systolic_pressure              INT NULL,
    diastolic_pressure             INT NULL,
    smoking_status                 ENUM('never', 'former', 'current') NULL,
    cigarettes_per_day             INT NULL,
    smoking_years                  INT NULL,
    alcohol_use                    ENUM('never', 'former', 'occasional', 'regular') NULL,
    drinks_per_week                INT NULL,
    emergency_contact_name         VARCHAR(255) NULL,
    emergency_contact_phone        VARCHAR(50) NULL,
    emergency_contact_relationship VARCHAR(100) NULL,
    preferred_language             VARCHAR(35) NULL,
    notes                          TEXT NULL,
    created_at                     TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at                     TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    CONSTRAINT chk_profile_height CHECK (height_cm BETWEEN 20 AND 300),
    CONSTRAINT chk_profile_weight CHECK (weight_kg BETWEEN 0.2 AND 700),
    CONSTRAINT chk_profile_systolic CHECK (systolic_pressure BETWEEN 40 AND 300),
    CONSTRAINT chk_profile_diastolic CHECK (diastolic_pressure BETWEEN 20 AND 200),
    CONSTRAINT chk_profile_pressure CHECK ((systolic_pressure IS NULL) = (diastolic_pressure IS NULL)
        AND COALESCE(systolic_pressure > diastolic_pressure, 1)),
    CONSTRAINT chk_profile_cigarettes CHECK (cigarettes_per_day BETWEEN 0 AND 200),
    CONSTRAINT chk_profile_smoking_years CHECK (smoking_years BETWEEN 0 AND 100),
    CONSTRAINT chk_profile_smoking CHECK (COALESCE(smoking_status, 'never') <> 'never'
        OR COALESCE(cigarettes_per_day, 0) = 0 AND COALESCE(smoking_years, 0) = 0),
    CONSTRAINT chk_profile_drinks CHECK (drinks_per_week BETWEEN 0 AND 200),
    CONSTRAINT chk_profile_alcohol CHECK (COALESCE(alcohol_use, 'never') NOT IN ('never', 'former')
        OR COALESCE(drinks_per_week, 0) = 0),
    CONSTRAINT chk_profile_emergency CHECK ((emergency_contact_name IS NULL) = (emergency_contact_phone IS NULL)
        AND (emergency_contact_name IS NOT NULL OR emergency_contact_relationship IS NULL)),
    CONSTRAINT fk_profile_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE,
    UNIQUE INDEX uq_profile_patient (patient_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- index Health_Profile by blood_type
CREATE INDEX IF NOT EXISTS idx_profile_blood_type ON Health_Profile (blood_type);

-- add Patient.institution_id: the institution with which the patient is registered
SET STATEMENT foreign_key_checks = 0 FOR ALTER TABLE Patient ADD COLUMN IF NOT EXISTS institution_id INT NULL INVISIBLE,
    ADD INDEX IF NOT EXISTS idx_patient_institution (institution_id),
    ADD CONSTRAINT fk_patient_institution FOREIGN KEY IF NOT EXISTS (institution_id) REFERENCES Institution (institution_id),
    ALGORITHM = INPLACE, LOCK = NONE;

-- end assignments of primary doctors besides the one of today: a patient has one
UPDATE Doctor_Patient_Assignment a JOIN (
    SELECT patient_id, assignment_id, since, ROW_NUMBER() OVER (PARTITION BY patient_id
        ORDER BY COALESCE(until >= CURRENT_DATE, 1) DESC, COALESCE(since <= CURRENT_DATE, 1) DESC,
            COALESCE(since, '1000-01-01') DESC, assignment_id DESC) AS place
    FROM Doctor_Patient_Assignment WHERE assignment_type = 'primary' AND COALESCE(is_active, 1) = 1) stays
    ON stays.patient_id = a.patient_id AND stays.place = 1 AND stays.assignment_id <> a.assignment_id
SET a.is_active = 0, a.until = COALESCE(a.until,
    GREATEST(COALESCE(a.since, stays.since), COALESCE(stays.since, a.since)), CURRENT_DATE)
WHERE a.assignment_type = 'primary' AND COALESCE(a.is_active, 1) = 1;

-- add Doctor_Patient_Assignment.uq_primary: what a patient has once
ALTER TABLE Doctor_Patient_Assignment ADD COLUMN IF NOT EXISTS uq_primary TINYINT GENERATED ALWAYS AS (
    CASE WHEN assignment_type = 'primary' AND COALESCE(is_active, 1) = 1 THEN 1 END) VIRTUAL INVISIBLE;

-- index Doctor_Patient_Assignment by uq_primary, patient_id, once
CREATE UNIQUE INDEX IF NOT EXISTS uq_assignment_primary ON Doctor_Patient_Assignment (uq_primary, patient_id);
