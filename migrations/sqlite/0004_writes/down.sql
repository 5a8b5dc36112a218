-- drop table Idempotency_Key
DROP TABLE IF EXISTS Idempotency_Key;
