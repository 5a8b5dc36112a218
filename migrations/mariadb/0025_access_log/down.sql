-- drop table Break_Glass
DROP TABLE IF EXISTS Break_Glass;

-- drop table Access_Anchor
DROP TABLE IF EXISTS Access_Anchor;

-- drop table Access_Change
DROP TABLE IF EXISTS Access_Change;

-- drop table Access_Patient
DROP TABLE IF EXISTS Access_Patient;

-- drop table Access_Event
DROP TABLE IF EXISTS Access_Event;

-- drop table Access_Chain
DROP TABLE IF EXISTS Access_Chain;
