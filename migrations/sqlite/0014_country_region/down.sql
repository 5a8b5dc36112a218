-- drop table Region
DROP TABLE IF EXISTS Region;

-- drop table Country
DROP TABLE IF EXISTS Country;
