-- suits: 1
-- create table Import_Table: tables of other systems that rows were imported from
CREATE TABLE IF NOT EXISTS Import_Table (
    import_table_id INTEGER PRIMARY KEY AUTOINCREMENT,
    source          TEXT NOT NULL CHECK (length(source) <= 100),
    from_table      TEXT NOT NULL CHECK (length(from_table) <= 200),
    to_table        TEXT NOT NULL CHECK (length(to_table) <= 64),
    CONSTRAINT uq_import_table UNIQUE (source, from_table, to_table)
) STRICT;

-- create table Import_Key: the keys that imported rows had there, and have here
CREATE TABLE IF NOT EXISTS Import_Key (
    import_key_id   INTEGER PRIMARY KEY AUTOINCREMENT,
    import_table_id INTEGER NOT NULL,
    their_key       TEXT NOT NULL CHECK (length(their_key) <= 255),
    our_key         INTEGER NOT NULL,
    CONSTRAINT uq_import_key UNIQUE (import_table_id, their_key),
    CONSTRAINT fk_import_key_table FOREIGN KEY (import_table_id) REFERENCES Import_Table (import_table_id) ON DELETE CASCADE
) STRICT;
