-- drop table Privacy_Settings
DROP TABLE IF EXISTS Privacy_Settings;
