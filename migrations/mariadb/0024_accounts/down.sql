-- drop table Login_Failure
DROP TABLE IF EXISTS Login_Failure;

-- drop table Signing_Key
DROP TABLE IF EXISTS Signing_Key;

-- drop table Refresh_Token
DROP TABLE IF EXISTS Refresh_Token;

-- drop table Account_Session
DROP TABLE IF EXISTS Account_Session;

-- drop table User_Account
DROP TABLE IF EXISTS User_Account;
