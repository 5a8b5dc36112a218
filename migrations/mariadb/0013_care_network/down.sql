-- drop Doctor_Patient_Assignment.uq_primary
ALTER TABLE Doctor_Patient_Assignment DROP INDEX IF EXISTS uq_assignment_primary, DROP COLUMN IF EXISTS uq_primary;

-- drop Patient.institution_id
ALTER TABLE Patient DROP FOREIGN KEY IF EXISTS fk_patient_institution, DROP COLUMN IF EXISTS institution_id;

-- drop table Health_Profile
DROP TABLE IF EXISTS Health_Profile;
