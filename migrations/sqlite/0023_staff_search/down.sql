-- drop delete trigger of Institution_Search
DROP TRIGGER IF EXISTS medimax_search_institution_delete;

-- drop update trigger of Institution_Search
DROP TRIGGER IF EXISTS medimax_search_institution_update;

-- drop insert trigger of Institution_Search
DROP TRIGGER IF EXISTS medimax_search_institution_insert;

-- drop word index Institution_Search
DROP TABLE IF EXISTS Institution_Search;

-- drop delete trigger of Doctor_Search
DROP TRIGGER IF EXISTS medimax_search_doctor_delete;

-- drop update trigger of Doctor_Search
DROP TRIGGER IF EXISTS medimax_search_doctor_update;

-- drop insert trigger of Doctor_Search
DROP TRIGGER IF EXISTS medimax_search_doctor_insert;

-- drop word index Doctor_Search
DROP TABLE IF EXISTS Doctor_Search;
