-- drop the index of Lab_Finding by numeric_value
DROP INDEX IF EXISTS idx_lab_finding_value;

-- drop the index of Lab_Finding by test_name, numeric_value
DROP INDEX IF EXISTS idx_lab_finding_test_value;

-- drop Lab_Finding.numeric_value
ALTER TABLE Lab_Finding DROP COLUMN numeric_value;
