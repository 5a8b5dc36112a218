-- drop table Specialty
DROP TABLE IF EXISTS Specialty;
