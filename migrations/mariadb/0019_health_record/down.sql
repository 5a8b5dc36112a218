-- drop table Health_Record
DROP TABLE IF EXISTS Health_Record;
