-- suits: 1
-- create table Import_Table: tables of other systems that rows were imported from
CREATE TABLE IF NOT EXISTS Import_Table (
    import_table_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    source          VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    from_table      VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    to_table        VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    UNIQUE KEY uq_import_table (source, from_table, to_table)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- create table Import_Key: the keys that imported rows had there, and have here
CREATE TABLE IF NOT EXISTS Import_Key (
    import_key_id   INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    import_table_id INT NOT NULL,
    their_key       VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    our_key         INT NOT NULL,
    UNIQUE KEY uq_import_key (import_table_id, their_key),
    CONSTRAINT fk_import_key_table FOREIGN KEY (import_table_id) REFERENCES Import_Table (import_table_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
