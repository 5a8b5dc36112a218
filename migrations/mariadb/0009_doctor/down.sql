-- drop table Doctor
DROP TABLE IF EXISTS Doctor;
