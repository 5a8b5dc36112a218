-- drop table Import_Key
DROP TABLE IF EXISTS Import_Key;

-- drop table Import_Table
DROP TABLE IF EXISTS Import_Table;
