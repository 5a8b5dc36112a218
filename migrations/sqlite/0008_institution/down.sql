-- drop table Institution
DROP TABLE IF EXISTS Institution;
