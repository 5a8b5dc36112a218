-- drop table Doctor_Patient_Assignment
DROP TABLE IF EXISTS Doctor_Patient_Assignment;
