-- suits: 1
-- add Lab_Finding.numeric_value: the value as a number, where it is nothing else (the rule of labs/reading.rs)
ALTER TABLE Lab_Finding ADD COLUMN numeric_value REAL GENERATED ALWAYS AS (
    CASE WHEN ltrim(trim(test_value), '-−') GLOB '[0-9]*'
        AND ltrim(trim(test_value), '-−') NOT GLOB '*[^0-9.,]*'
        AND ltrim(trim(test_value), '-−') NOT GLOB '*[.,]'
        AND ltrim(trim(test_value), '-−') NOT GLOB '*[.,]*[.,]*'
        AND (ltrim(trim(test_value), '-−') NOT GLOB '*,[0-9][0-9][0-9]' OR ltrim(trim(test_value), '-−') GLOB '0,*')
        AND length(replace(replace(ltrim(trim(test_value), '-−'), ',', ''), '.', '')) <= 15
        AND length(trim(test_value)) - length(ltrim(trim(test_value), '-−')) <= 1
        AND instr(test_value, char(0)) = 0
    THEN CAST(replace(replace(trim(test_value), ',', '.'), '−', '-') AS REAL) END) VIRTUAL;

-- index Lab_Finding by test_name, numeric_value
CREATE INDEX IF NOT EXISTS idx_lab_finding_test_value ON Lab_Finding (test_name, numeric_value);

-- index Lab_Finding by numeric_value
CREATE INDEX IF NOT EXISTS idx_lab_finding_value ON Lab_Finding (numeric_value);
