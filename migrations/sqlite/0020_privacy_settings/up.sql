-- suits: 1
-- create table Privacy_Settings
CREATE TABLE IF NOT EXISTS Privacy_Settings (
    privacy_settings_id INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id          INTEGER NOT NULL CONSTRAINT fk_privacy_settings_patient REFERENCES Patient (patient_id) ON DELETE CASCADE,
    data_retention_days INTEGER DEFAULT 730,
    allow_analytics     INTEGER DEFAULT 0 CHECK (allow_analytics IN (0, 1)),
    allow_research      INTEGER DEFAULT 0 CHECK (allow_research IN (0, 1)),
    anonymize_data      INTEGER DEFAULT 1 CHECK (anonymize_data IN (0, 1)),
    created_at          TEXT DEFAULT CURRENT_TIMESTAMP CHECK (created_at IS datetime(created_at, '+0 days')),
    updated_at          TEXT DEFAULT CURRENT_TIMESTAMP CHECK (updated_at IS datetime(updated_at, '+0 days')),
    CONSTRAINT uq_privacy_settings_patient UNIQUE (patient_id),
    CONSTRAINT chk_privacy_settings_retention CHECK (data_retention_days BETWEEN 1 AND 36525)
) STRICT;

-- keep updated_at of Privacy_Settings
CREATE TRIGGER IF NOT EXISTS medimax_privacy_settings_updated_at AFTER UPDATE ON Privacy_Settings FOR EACH ROW
WHEN NEW.updated_at IS OLD.updated_at AND OLD.updated_at IS NOT CURRENT_TIMESTAMP
BEGIN
    UPDATE Privacy_Settings SET updated_at = CURRENT_TIMESTAMP WHERE privacy_settings_id = NEW.privacy_settings_id;
END;
