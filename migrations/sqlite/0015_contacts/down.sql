-- drop table Address
DROP TABLE IF EXISTS Address;

-- drop table Phone
DROP TABLE IF EXISTS Phone;

-- drop table Email
DROP TABLE IF EXISTS Email;
