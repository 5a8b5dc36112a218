-- drop table Consultation
DROP TABLE IF EXISTS Consultation;
