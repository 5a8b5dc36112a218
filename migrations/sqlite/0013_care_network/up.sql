-- suits: 1
-- create table Health_Profile
CREATE TABLE IF NOT EXISTS Health_Profile (
    profile_id                     INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id                     INTEGER NOT NULL CONSTRAINT fk_profile_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    height_cm                      NUMERIC CONSTRAINT chk_profile_height CHECK (typeof(height_cm) IN ('integer', 'real', 'null') AND height_cm BETWEEN 20 AND 300),
    weight_kg                      NUMERIC CONSTRAINT chk_profile_weight CHECK (typeof(weight_kg) IN ('integer', 'real', 'null') AND weight_kg BETWEEN 0.2 AND 700),
    blood_type                     TEXT COLLATE NOCASE CHECK (blood_type COLLATE BINARY IN ('A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-')),
    gender_identity                TEXT COLLATE NOCASE CHECK (gender_identity COLLATE BINARY IN ('woman', 'man', 'non_binary', 'transgender_woman', 'transgender_man', 'other', 'undisclosed')),
    systolic_pressure              INTEGER CONSTRAINT chk_profile_systolic CHECK (typeof(systolic_pressure) IN ('integer', 'null') AND systolic_pressure BETWEEN 40 AND 300),
    diastolic_pressure             INTEGER CONSTRAINT chk_profile_diastolic CHECK (typeof(diastolic_pressure) IN ('integer', 'null') AND diastolic_pressure BETWEEN 20 AND 200),
    smoking_status                 TEXT COLLATE NOCASE CHECK (smoking_status COLLATE BINARY IN ('never', 'former', 'current')),
    cigarettes_per_day             INTEGER CONSTRAINT chk_profile_cigarettes CHECK (typeof(cigarettes_per_day) IN ('integer', 'null') AND cigarettes_per_day BETWEEN 0 AND 200),
    smoking_years                  INTEGER CONSTRAINT chk_profile_smoking_years CHECK (typeof(smoking_years) IN ('integer', 'null') AND smoking_years BETWEEN 0 AND 100),
    alcohol_use                    TEXT COLLATE NOCASE CHECK (alcohol_use COLLATE BINARY IN ('never', 'former', 'occasional', 'regular')),
    drinks_per_week                INTEGER CONSTRAINT chk_profile_drinks CHECK (typeof(drinks_per_week) IN ('integer', 'null') AND drinks_per_week BETWEEN 0 AND 200),
    emergency_contact_name         TEXT COLLATE NOCASE CHECK (length(emergency_contact_name) <= 255),
    emergency_contact_phone        TEXT COLLATE NOCASE CHECK (length(emergency_contact_phone) <= 50),
    emergency_contact_relationship TEXT COLLATE NOCASE CHECK (length(emergency_contact_relationship) <= 100),
    preferred_language             TEXT COLLATE NOCASE CHECK (length(preferred_language) <= 35),
    notes                          TEXT COLLATE NOCASE,
    created_at                     TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    updated_at                     TEXT DEFAULT CURRENT_TIMESTAMP CHECK (updated_at IS datetime(updated_at, '+0 days')),
    CONSTRAINT chk_profile_pressure CHECK ((systolic_pressure IS NULL) = (diastolic_pressure IS NULL)
        AND COALESCE(systolic_pressure > diastolic_pressure, 1)),
    CONSTRAINT chk_profile_smoking CHECK (COALESCE(smoking_status, 'never') <> 'never'
        OR COALESCE(cigarettes_per_day, 0) = 0 AND COALESCE(smoking_years, 0) = 0),
    CONSTRAINT chk_profile_alcohol CHECK (COALESCE(alcohol_use, 'never') NOT IN ('never', 'former')
        OR COALESCE(drinks_per_week, 0) = 0),
    CONSTRAINT chk_profile_emergency CHECK ((emergency_contact_name IS NULL) = (emergency_contact_phone IS NULL)
        AND (emergency_contact_name IS NOT NULL OR emergency_contact_relationship IS NULL))
);

-- index Health_Profile by patient_id, once
CREATE UNIQUE INDEX IF NOT EXISTS uq_profile_patient ON Health_Profile (patient_id);

-- index Health_Profile by blood_type
CREATE INDEX IF NOT EXISTS idx_profile_blood_type ON Health_Profile (blood_type);

-- add Patient.institution_id: the institution with which the patient is registered
ALTER TABLE Patient ADD COLUMN institution_id INTEGER CONSTRAINT fk_patient_institution REFERENCES Institution (institution_id);

-- index Patient by institution_id
CREATE INDEX IF NOT EXISTS idx_patient_institution ON Patient (institution_id);

-- end assignments of primary doctors besides the one of today: a patient has one
WITH stays AS MATERIALIZED (
    SELECT patient_id, assignment_id, since, ROW_NUMBER() OVER (PARTITION BY patient_id
        ORDER BY COALESCE(until >= CURRENT_DATE, 1) DESC, COALESCE(since <= CURRENT_DATE, 1) DESC,
            COALESCE(since, '1000-01-01') DESC, assignment_id DESC) AS place
    FROM Doctor_Patient_Assignment WHERE assignment_type = 'primary' AND is_active IS NOT 0)
UPDATE Doctor_Patient_Assignment AS a SET is_active = 0, until = COALESCE(a.until,
    MAX(COALESCE(a.since, stays.since), COALESCE(stays.since, a.since)), CURRENT_DATE)
FROM stays WHERE stays.patient_id = a.patient_id AND stays.place = 1 AND stays.assignment_id <> a.assignment_id
    AND a.assignment_type = 'primary' AND a.is_active IS NOT 0;

-- index Doctor_Patient_Assignment by patient_id, once for the primary doctor
CREATE UNIQUE INDEX IF NOT EXISTS uq_assignment_primary ON Doctor_Patient_Assignment (patient_id)
    WHERE assignment_type = 'primary' AND is_active IS NOT 0;
