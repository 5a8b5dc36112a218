-- suits: 1
-- index Country by iso3, once
CREATE UNIQUE INDEX IF NOT EXISTS uq_country_iso3 ON Country (iso3);

-- index Country by numeric_code, once
CREATE UNIQUE INDEX IF NOT EXISTS uq_country_numeric ON Country (numeric_code);
