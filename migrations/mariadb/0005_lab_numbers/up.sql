-- suits: 1
-- add Lab_Finding.numeric_value: the value as a number, where it is nothing else (the rule of labs/reading.rs)
ALTER TABLE Lab_Finding ADD COLUMN IF NOT EXISTS numeric_value DOUBLE GENERATED ALWAYS AS (
    CASE WHEN test_value REGEXP '(?s-imx)^ *[-−]?(?=[0-9.,]{1,16} *(?!.))([0-9]{1,15}|[0-9]+[.][0-9]+|[0-9]+,([0-9]{1,2}|[0-9]{4,})|0,[0-9]{3}) *(?!.)'
    THEN CAST(REPLACE(REPLACE(TRIM(test_value), ',', '.'), '−', '-') AS DOUBLE) END) VIRTUAL INVISIBLE, LOCK=NONE;

-- index Lab_Finding by test_name, numeric_value
CREATE INDEX IF NOT EXISTS idx_lab_finding_test_value ON Lab_Finding (test_name, numeric_value);

-- index Lab_Finding by numeric_value
CREATE INDEX IF NOT EXISTS idx_lab_finding_value ON Lab_Finding (numeric_value);
