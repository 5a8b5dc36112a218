-- drop the index of primary doctors
DROP INDEX IF EXISTS uq_assignment_primary;

-- drop the index of Patient by institution_id
DROP INDEX IF EXISTS idx_patient_institution;

-- drop Patient.institution_id
ALTER TABLE Patient DROP COLUMN institution_id;

-- drop table Health_Profile
DROP TABLE IF EXISTS Health_Profile;
