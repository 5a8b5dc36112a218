-- drop table Prediction
DROP TABLE IF EXISTS Prediction;

-- drop table Scan
DROP TABLE IF EXISTS Scan;
