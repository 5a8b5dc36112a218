-- suits: 1
-- create table Privacy_Settings
CREATE TABLE IF NOT EXISTS Privacy_Settings (
    privacy_settings_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    patient_id          INT NOT NULL,
    data_retention_days INT NULL DEFAULT 730,
    allow_analytics     TINYINT(1) NULL DEFAULT 0,
    allow_research      TINYINT(1) NULL DEFAULT 0,
    anonymize_data      TINYINT(1) NULL DEFAULT 1,
    created_at          TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at          TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    CONSTRAINT uq_privacy_settings_patient UNIQUE (patient_id),
    CONSTRAINT chk_privacy_settings_retention CHECK (data_retention_days BETWEEN 1 AND 36525),
    CONSTRAINT fk_privacy_settings_patient FOREIGN KEY (patient_id) REFERENCES Patient (patient_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
