-- drop table Api_Key
DROP TABLE IF EXISTS Api_Key;

-- drop table Api_Client
DROP TABLE IF EXISTS Api_Client;

-- drop table Patient_Consent
DROP TABLE IF EXISTS Patient_Consent;

-- drop table Partner
DROP TABLE IF EXISTS Partner;
