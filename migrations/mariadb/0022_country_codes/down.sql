-- drop the index of Country by numeric_code
DROP INDEX IF EXISTS uq_country_numeric ON Country;

-- drop the index of Country by iso3
DROP INDEX IF EXISTS uq_country_iso3 ON Country;
